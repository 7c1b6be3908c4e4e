import Glibc

/// Where everything is under the data directory, and who may enter what.
///
/// Started as root, directories and sockets belong to the numeric users of the processes, and only the groups below open
/// the inner doors. Started as an ordinary user, everything belongs to that user.
struct DataDirectory: Sendable {
    let root: String
    /// nil: not started as root.
    let users: ProcessUsers?

    var configurationFile: String { root + "/casella.json" }
    var secrets: String { root + "/secrets" }
    var tls: String { root + "/tls" }
    var log: String { root + "/log" }
    var postgres: String { root + "/postgres" }
    var run: String { root + "/run" }
    var postgresSocketDirectory: String { run + "/postgres" }
    var children: String { run + "/children" }
    var adminSocket: String { run + "/admin.sock" }
    /// Where the gateway passes on what administrators on other machines say.
    var remoteAdminSocket: String { run + "/remote-admin.sock" }
    /// Where the gateway passes on what people say at their account pages.
    var accountSocket: String { run + "/account.sock" }
    /// Where metrics and health are told.
    var metricsSocket: String { run + "/metrics.sock" }
    /// The newest seal of the audit log, beside the database.
    var auditHead: String { secrets + "/audit-head" }
    var lockFile: String { run + "/control.lock" }
    var relaySocket: String { run + "/relay.sock" }
    var tenantSockets: String { run + "/tenants" }
    var tenants: String { root + "/tenants" }
    var relay: String { root + "/relay" }

    func tenantDirectory(_ tenant: Int64) -> String { "\(tenants)/\(tenant)" }
    /// The name of a deleted tenant's directory until it is gone.
    func deletedTenantDirectory(_ tenant: Int64) -> String { "\(tenants)/\(tenant).deleted" }
    func tenantSocketDirectory(_ tenant: Int64) -> String { "\(tenantSockets)/\(tenant)" }

    /// Octets of a path in `sockaddr_un`, the closing zero left out.
    private static let socketPathLimit = 107

    init(_ path: String, userIDBase: UInt32) throws(StartupError) {
        try Self.makePath(path)
        guard let resolved = realpath(path, nil) else { throw .file(path: path, doing: "find", code: errno) }
        root = String(cString: resolved)
        free(resolved)
        users = geteuid() == 0 ? ProcessUsers(base: userIDBase) : nil
        let longest = tenantSocketDirectory(999_999_999) + "/session"
        guard longest.utf8.count <= Self.socketPathLimit else { throw .pathTooLong(path: longest, limit: Self.socketPathLimit) }
    }

    private static func makePath(_ path: String) throws(StartupError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o755) != 0, errno != EEXIST { throw .file(path: made, doing: "make the directory", code: errno) }
        }
    }

    /// Makes what is missing and sets modes and owners.
    func prepare() throws(StartupError) {
        try FileSystem.makeDirectory(root, mode: 0o711)
        try FileSystem.makeDirectory(secrets, mode: 0o700)
        try FileSystem.makeDirectory(tls, mode: 0o700)
        try FileSystem.makeDirectory(log, mode: 0o700)
        try FileSystem.makeDirectory(run, mode: 0o711)
        try FileSystem.makeDirectory(children, mode: 0o700)
        try FileSystem.makeDirectory(tenants, mode: 0o711)
        try FileSystem.makeDirectory(
            tenantSockets, mode: users == nil ? 0o700 : 0o710, owner: users.map { .init(user: 0, group: $0.doors) })
        try FileSystem.makeDirectory(relay, mode: 0o700, owner: users.map { .init(user: $0.relay, group: $0.relay) })
        try FileSystem.makeDirectory(relay + "/blobs", mode: 0o700, owner: users.map { .init(user: $0.relay, group: $0.relay) })
    }

    func prepareTenant(_ tenant: Int64) throws(StartupError) {
        let owner = users.map { FileSystem.Owner(user: $0.tenant(tenant), group: $0.tenant(tenant)) }
        try FileSystem.makeDirectory(tenantDirectory(tenant), mode: 0o700, owner: owner)
        try FileSystem.makeDirectory(tenantDirectory(tenant) + "/blobs", mode: 0o700, owner: owner)
        try FileSystem.makeDirectory(
            tenantSocketDirectory(tenant), mode: users == nil ? 0o700 : 0o710, owner: users.map { .init(user: 0, group: $0.doors) })
    }

    /// The user who owns the platform, and may command it.
    var owner: UInt32 {
        var facts = stat()
        return stat(root, &facts) == 0 ? facts.st_uid : geteuid()
    }
}

/// Numeric users and groups, which need no entry in /etc/passwd; each has the group of the same number.
struct ProcessUsers: Sendable {
    let base: UInt32

    /// A group only: who is in it may open the tenants' doors (gateway and relay).
    var doors: UInt32 { base }
    var gateway: UInt32 { base + 1 }
    var relay: UInt32 { base + 2 }
    /// A group only: who is in it may open the relay's door (gateway and tenant workers).
    var senders: UInt32 { base + 3 }
    func tenant(_ tenant: Int64) -> UInt32 { base + 1_000 + UInt32(truncatingIfNeeded: tenant) }
}
