import Foundation
import Glibc
import Postgres

/// A real PostgreSQL cluster for tests: in a temporary directory, over a Unix socket only, without flushing to disk.
///
/// It goes when the test process goes, however that ends: its keeper, a shell, reads from a pipe that this process holds.
public actor TemporaryPostgres {
    /// Where the server's socket lies: the `host` to connect to.
    public nonisolated let socketDirectory: String
    public nonisolated let port = 5432
    public nonisolated let superuser = "postgres"

    private let keeper: Process
    private let commands: FileHandle
    private let answers: FileHandle
    private var lastDatabase = 0

    /// The cluster that all tests of this process share.
    public static func shared() async throws -> TemporaryPostgres { try await sharedCluster.value }

    private static let sharedCluster = Task { try await TemporaryPostgres.start() }

    /// Starts a cluster of one's own, for tests that stop it.
    public static func start() async throws -> TemporaryPostgres {
        let cluster = try TemporaryPostgres()
        try await cluster.waitUntilReady()
        return cluster
    }

    private init() throws {
        let binaries = try Self.binaryDirectory()
        var template = Array("/tmp/casella-postgres-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Problem("mkdtemp failed") }
        socketDirectory = String(cString: made)
        chmod(socketDirectory, 0o755)

        keeper = Process()
        keeper.executableURL = URL(fileURLWithPath: "/bin/sh")
        var arguments = ["/bin/sh", "-c", Self.keeperScript, "keeper", binaries, socketDirectory]
        if getuid() == 0 {
            guard let account = getpwnam("postgres") else { throw Problem("root cannot run PostgreSQL, and there is no user postgres") }
            chown(socketDirectory, account.pointee.pw_uid, account.pointee.pw_gid)
            keeper.executableURL = URL(fileURLWithPath: "/usr/sbin/runuser")
            arguments = ["-u", "postgres", "--"] + arguments
        } else {
            arguments.removeFirst()
        }
        keeper.arguments = arguments
        keeper.currentDirectoryURL = URL(fileURLWithPath: socketDirectory)
        let input = Pipe(), output = Pipe()
        keeper.standardInput = input
        keeper.standardOutput = output
        keeper.standardError = FileHandle.nullDevice
        commands = input.fileHandleForWriting
        answers = output.fileHandleForReading
        _ = fcntl(commands.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try keeper.run()
        AtExit.end(keeperOf: socketDirectory, pipe: commands.fileDescriptor)
    }

    /// Arguments: PostgreSQL's programs, the directory. Commands, one a line: `stop`, `kill` (all at once, as a crash), `start`.
    private static let keeperScript = """
        set -u; bin=$1; dir=$2; trap '' INT HUP TERM
        start() {
          "$bin/postgres" -D "$dir/data" -c listen_addresses= -c unix_socket_directories="$dir" -c port=5432 -c fsync=off \
            -c full_page_writes=off -c max_connections=100 -c shared_buffers=16MB \
            -c logging_collector=off </dev/null >>"$dir/log" 2>&1 &
          server=$!
        }
        "$bin/initdb" -D "$dir/data" -U postgres -A trust -N -E UTF8 --locale=C >"$dir/log" 2>&1 || exit 1
        { echo 'local all +scram_users scram-sha-256'; cat "$dir/data/pg_hba.conf"; } >"$dir/hba" && mv "$dir/hba" "$dir/data/pg_hba.conf"
        start
        while read -r word; do
          case $word in
            stop) kill -INT $server; wait $server;;
            kill) kill -QUIT $server; wait $server;;
            start) start;;
          esac
          echo "$word"
        done
        kill -INT $server; wait $server; cd /; rm -rf "$dir"
        """

    private static func binaryDirectory() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        guard let newest = versions.compactMap(Int.init).max() else { throw Problem("no PostgreSQL under \(root)") }
        return "\(root)/\(newest)/bin"
    }

    /// How to connect; every role may without a password, except members of the role `scram_users`.
    public nonisolated func configuration(
        database: String, user: String? = nil, password: String? = nil, patience: Duration = .seconds(5)
    ) -> PostgresConfiguration {
        PostgresConfiguration(
            host: socketDirectory, port: port, database: database, user: user ?? superuser, password: password, applicationName: "tests",
            patience: patience)
    }

    /// Creates a database, named uniquely when no name is given.
    @discardableResult public func createDatabase(_ name: String? = nil) async throws -> String {
        lastDatabase += 1
        let name = name ?? "test\(lastDatabase)"
        try await administer("CREATE DATABASE \"\(name)\"")
        return name
    }

    /// Runs commands as superuser.
    public func administer(_ script: String, database: String = "postgres") async throws {
        let pool = PostgresPool(configuration(database: database, patience: .seconds(30)), maximumConnections: 1)
        do {
            try await pool.script(script)
            await pool.close()
        } catch {
            await pool.close()
            throw error
        }
    }

    /// Numbers the tenants of a database apart from those of all others: their SQL roles carry the number, and roles belong to the
    /// whole cluster, which test suites share.
    public func numberTenantsApart(in database: String) async throws {
        let start = Int64.random(in: 1_000_000...1_000_000_000_000_000)
        try await administer("ALTER TABLE tenants ALTER COLUMN tenant_id RESTART WITH \(start)", database: database)
    }

    /// Applies all `.sql` files of a directory in the order of their names, each as one transaction.
    public func apply(migrationsIn directory: String, to database: String, as user: String? = nil) async throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".sql") }.sorted()
        let pool = PostgresPool(configuration(database: database, user: user), maximumConnections: 1)
        do {
            for file in files { try await pool.script(String(contentsOfFile: directory + "/" + file, encoding: .utf8)) }
            await pool.close()
        } catch {
            await pool.close()
            throw error
        }
    }

    /// The checkout's `Migrations` folder.
    public static var migrationsDirectory: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../Migrations").standardized.path
    }

    // MARK: Stopping and starting

    /// Ends the server in order; every session is terminated.
    public func stopServer() throws { try command("stop") }
    /// Ends the server at once, as a crash does.
    public func killServer() throws { try command("kill") }
    public func startServer() async throws {
        try command("start")
        try await waitUntilReady()
    }

    /// Ends and removes the cluster. Without it that happens when the process ends.
    public func remove() {
        AtExit.forget(folder: socketDirectory)
        try? commands.close()
        keeper.waitUntilExit()
    }

    private func command(_ word: String) throws {
        try commands.write(contentsOf: Data((word + "\n").utf8))
        while let byte = try answers.read(upToCount: 1), byte != Data("\n".utf8) {}
    }

    private func waitUntilReady() async throws { try await administer("SELECT 1") }

    public struct Problem: Error, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }
    }
}
