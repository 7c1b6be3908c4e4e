import CProcess
import Glibc
import Supervision

extension Child {
    /// Enters the cage, for good. Fails when any step fails, or when a second thread exists already (Landlock would not hold it).
    ///
    /// - Root only: the numeric user, and a `/proc` in which other processes are not seen. Where even root may not mount
    ///   (inside most containers), other processes' names stay visible; what is secret of them is not.
    /// - Always: resource limits, `no_new_privs`, Landlock, seccomp. Kernels from 5.19 will do; later ones close more
    ///   (`casella_restrict_reach`).
    public static func confine(_ cage: Confinement) throws(Failure) {
        guard casella_thread_count() == 1 else { throw .cage(step: "counting threads", code: EBUSY) }
        try limitResources(cage.limits, hasOwnUser: cage.userID != nil)
        if let user = cage.userID, let group = cage.groupID {
            let hidden = casella_hide_processes()
            if hidden != 0 { Log.notice("other processes stay visible in /proc", ["reason": String(cString: strerror(-hidden))]) }
            try step("dropping the user", casella_drop_user(user, group, cage.supplementaryGroups, cage.supplementaryGroups.count))
        }
        try step("forbidding new privileges", casella_forbid_privileges())
        let internet: Int32 = cage.mayUseInternetSockets ? 1 : 0
        let restricted = withPaths(cage.readablePaths) { readable in
            withPaths(cage.writablePaths) { writable in
                casella_restrict_reach(readable, cage.readablePaths.count, writable, cage.writablePaths.count, internet)
            }
        }
        try step("Landlock", restricted)
        try step("seccomp", casella_restrict_syscalls(internet))
    }

    /// Whether a process in a cage without internet can do nothing with a TCP socket that it is handed but serve who is at its other end:
    /// Landlock bars connecting it anew from kernel 6.7 on. To be asked before `confine`.
    public static var cageHoldsSockets: Bool { casella_landlock_abi() >= 4 }

    private static func limitResources(_ limits: Confinement.ResourceLimits, hasOwnUser: Bool) throws(Failure) {
        try limit(RLIMIT_NOFILE, to: limits.openFiles, "open files")
        try limit(RLIMIT_DATA, to: limits.memory, "memory")
        try limit(RLIMIT_FSIZE, to: limits.fileSize, "size of a file")
        try limit(RLIMIT_CORE, to: 0, "core dumps")  // they would hold mail
        try limit(__RLIMIT_MEMLOCK, to: 0, "locked memory")
        // A user who runs the platform has other processes, which count too.
        if hasOwnUser { try limit(__RLIMIT_NPROC, to: limits.threads, "threads") }
    }

    private static func limit(_ resource: __rlimit_resource, to value: UInt64, _ name: String) throws(Failure) {
        let resource = __rlimit_resource_t(resource.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { throw .cage(step: "limiting \(name)", code: errno) }
        limit.rlim_max = min(limit.rlim_max, rlim_t(value))
        limit.rlim_cur = min(limit.rlim_cur, limit.rlim_max)
        guard setrlimit(resource, &limit) == 0 else { throw .cage(step: "limiting \(name)", code: errno) }
    }

    private static func step(_ name: String, _ result: Int32) throws(Failure) {
        guard result == 0 else { throw .cage(step: name, code: -result) }
    }

    private static func withPaths<Value>(_ paths: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value) -> Value {
        let copies = paths.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { buffer in
            // An empty array has no base address; the C side is told that there are none.
            guard let base = buffer.baseAddress else {
                return withUnsafePointer(to: UnsafeMutablePointer<CChar>?.none) { body($0) }
            }
            return body(base)
        }
    }
}
