import CProcess
import Glibc
import Postgres
import Runtime

/// The PostgreSQL server that the control plane runs for itself: a cluster under the data directory, reached by a Unix
/// socket only, with passwords (SCRAM) for everybody.
@EventLoopActor
final class EmbeddedPostgres {
    static nonisolated let superuser = "postgres"
    static nonisolated let port = 5432

    private let directory: DataDirectory
    private let secrets: Secrets
    private let journal: Journal
    private let installation: PostgresInstallation
    /// Where modules for it may be.
    private let programs: String
    /// Whom the server runs as; nil: as ourselves.
    private let user: FileSystem.Owner?

    init(_ directory: DataDirectory, programs: String, secrets: Secrets, journal: Journal) throws(StartupError) {
        (self.directory, self.programs, self.secrets, self.journal) = (directory, programs, secrets, journal)
        installation = try PostgresInstallation.find(for: directory.postgres)
        user = directory.users == nil ? nil : try Self.systemUser()
    }

    /// PostgreSQL refuses to run as root; it gets the system user `casella`, else Debian's `postgres`.
    private static func systemUser() throws(StartupError) -> FileSystem.Owner {
        for name in ["casella", "postgres"] {
            if let entry = getpwnam(name) { return .init(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid) }
        }
        throw .noPostgresUser
    }

    /// Makes the cluster when there is none, and clears away what a killed run left.
    func prepare() async throws {
        try FileSystem.makeDirectory(directory.postgresSocketDirectory, mode: directory.users == nil ? 0o700 : 0o711, owner: user)
        if !FileSystem.exists(directory.postgres + "/PG_VERSION") { try await makeCluster() }
        await stopServerOfKilledRun()
    }

    private func makeCluster() async throws {
        journal.info("making the database cluster", ["directory": directory.postgres])
        let incomplete = directory.postgres + ".incomplete"
        try await FileSystem.removeTree(incomplete)
        try FileSystem.makeDirectory(incomplete, mode: 0o700, owner: user)
        // initdb reads it from a file; it is gone before anything listens.
        let passwordFile = directory.postgresSocketDirectory + "/.superuser"
        try FileSystem.write(Array(secrets.superuser.utf8), to: passwordFile, mode: 0o600, owner: user)
        defer { unlink(passwordFile) }
        let child = try await RunningChild.startPlain(
            installation.initdb,
            arguments: [
                "-D", incomplete, "-U", Self.superuser, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums",
                "--no-instructions", "--pwfile=\(passwordFile)",
            ],
            name: "initdb", user: user, deathSignal: SIGKILL, journal: journal)
        let ending = await child.ending()
        guard ending == .exited(0) else { throw StartupError.postgresFailed(child.explanation(of: ending)) }
        try FileSystem.append(Self.tuning, to: incomplete + "/postgresql.conf")
        guard rename(incomplete, directory.postgres) == 0 else {
            throw StartupError.file(path: directory.postgres, doing: "make", code: errno)
        }
        FileSystem.syncDirectory(of: directory.postgres)
    }

    /// Modest values for a machine that also does everything else. Operators may change them in `<data>/postgres/postgresql.conf`.
    private static let tuning = """

        # Written once by casella-control; yours to change.
        shared_buffers = 128MB
        # One or two for each company that had mail in the last 20 seconds.
        max_connections = 1200
        jit = off
        max_wal_size = 2GB
        checkpoint_timeout = 15min
        wal_compression = on
        random_page_cost = 1.1
        autovacuum_naptime = 20s
        idle_in_transaction_session_timeout = 120s
        timezone = 'UTC'
        log_timezone = 'UTC'

        """

    /// What must hold whatever `postgresql.conf` says. `log_min_error_statement`: no statement in a log, since some carry passwords.
    /// `temp_file_limit`: only a superuser may raise it, and what sorts more at once has gone astray.
    private var essentials: [String] {
        [
            "listen_addresses=", "unix_socket_directories=\(directory.postgresSocketDirectory)", "unix_socket_permissions=0777",
            "port=\(Self.port)", "password_encryption=scram-sha-256", "logging_collector=off", "log_destination=stderr",
            "log_min_error_statement=panic", "log_line_prefix=", "synchronous_commit=on", "fsync=on", "full_page_writes=on",
            "temp_file_limit=1GB",
        ].flatMap { ["-c", $0] }
    }

    /// Starts the server. It gets SIGINT (fast shutdown) should this process die.
    func start() async throws -> RunningChild {
        try await RunningChild.startPlain(
            installation.postgres, arguments: ["-D", directory.postgres] + essentials + (try fence()), name: "database", user: user,
            deathSignal: SIGINT, journal: journal)
    }

    /// What makes it load the module that holds tenants' roles to plain statements (`casella_fence.c`), if one was built for its version.
    private func fence() throws(StartupError) -> [String] {
        guard let version = try PostgresInstallation.version(of: directory.postgres) else { return [] }
        let module = "\(programs)/casella_fence-\(version).so"
        return FileSystem.exists(module) ? ["-c", "shared_preload_libraries=\(module)"] : []
    }

    func configuration(user: String, password: String, database: String, applicationName: String) -> PostgresConfiguration {
        PostgresConfiguration(
            host: directory.postgresSocketDirectory, port: Self.port, database: database, user: user, password: password,
            applicationName: applicationName)
    }

    /// A control plane that was killed takes its server with it, but that takes a moment; and a pid file whose number now
    /// belongs to somebody else would keep the new server from starting.
    private func stopServerOfKilledRun() async {
        let file = directory.postgres + "/postmaster.pid"
        guard let bytes = (try? FileSystem.read(file)).flatMap({ $0 }),
            let first = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first, let process = Int32(first), process > 0,
            kill(process, 0) == 0
        else { return }
        guard isServer(process) else {
            unlink(file)
            return
        }
        journal.notice("stopping the database server of an earlier run", ["process": String(process)])
        kill(process, SIGINT)
        for attempt in 0..<600 {
            guard kill(process, 0) == 0 else { return }
            if attempt == 300 { kill(process, SIGQUIT) }
            try? await Task.sleep(for: .milliseconds(100))
        }
        kill(process, SIGKILL)
    }

    /// Whether the process works in our cluster's directory, as only its server does.
    private func isServer(_ process: Int32) -> Bool {
        guard let path = realpath("/proc/\(process)/cwd", nil) else { return false }
        defer { free(path) }
        return String(cString: path) == directory.postgres
    }
}
