import Supervision

/// What each kind of process may reach, once it has confined itself.
extension DataDirectory {
    /// What the Swift runtime, glibc and OpenSSL read on their own. All of /proc, since libdispatch reads /proc/<thread>/stat of its
    /// own threads, which do not exist yet, and stops the process when it can't. Started as root, that /proc shows nobody else;
    /// otherwise what is secret there is guarded by the kernel's ptrace rules.
    private static let system = [
        "/dev/null", "/dev/urandom", "/etc/localtime", "/etc/ssl", "/proc", "/sys/devices/system/cpu", "/sys/fs/cgroup",
        "/usr/lib/ssl", "/usr/share/zoneinfo",
    ]
    /// What looking up names and checking certificates needs.
    private static let internet = [
        "/etc/gai.conf", "/etc/host.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/protocols", "/etc/resolv.conf", "/etc/services",
        "/etc/unbound", "/lib", "/lib64", "/run/systemd/resolve", "/usr/lib", "/usr/lib64", "/usr/local/share/ca-certificates",
        "/usr/share/ca-certificates", "/usr/share/dns", "/var/lib/unbound",
    ]

    /// The gateway's public sockets are inherited; it makes Unix sockets only, and writes no file. Two descriptors a session that
    /// it passes on, and TLS and messages in transfer in memory.
    var gatewayCage: Confinement {
        Confinement(
            userID: users?.gateway, groupID: users?.gateway, supplementaryGroups: users.map { [$0.doors, $0.senders] } ?? [],
            readablePaths: Self.system, writablePaths: ["/dev/null"], limits: .init(openFiles: 262_144, memory: 4 << 30, fileSize: 0))
    }

    var relayCage: Confinement {
        Confinement(
            userID: users?.relay, groupID: users?.relay, supplementaryGroups: users.map { [$0.doors] } ?? [],
            readablePaths: Self.system + Self.internet, writablePaths: [relay, "/dev/null"], mayUseInternetSockets: true,
            limits: .init(openFiles: 4_096))
    }

    /// Two descriptors a session of a client whose socket it was handed.
    func tenantCage(_ tenant: Int64) -> Confinement {
        Confinement(
            userID: users?.tenant(tenant), groupID: users?.tenant(tenant), supplementaryGroups: users.map { [$0.senders] } ?? [],
            readablePaths: Self.system, writablePaths: [tenantDirectory(tenant), "/dev/null"], limits: .init(openFiles: 32_768))
    }
}
