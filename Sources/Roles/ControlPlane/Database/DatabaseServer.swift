import Glibc
import Postgres
import Runtime

/// The database, from nothing to a schema that is up to date: the embedded server or an outside one.
@EventLoopActor
final class DatabaseServer {
    /// The control plane's own connections.
    let pool: PostgresPool
    /// Those that logins have to themselves: whatever administrators ask for, and however long it takes, no login waits behind it.
    let logins: PostgresPool
    let endpoint: ChildLauncher.DatabaseEndpoint
    /// nil: an outside server.
    let service: SupervisedService?
    private let roles: DatabaseRoles
    private let journal: Journal
    /// How to log in as superuser; nil: an outside server's administrator is somebody else.
    private let superuser: PostgresConfiguration?

    private static let name = "casella"
    private static let connections = 8, connectionsOfLogins = 4

    private init(
        _ control: PostgresConfiguration, endpoint: ChildLauncher.DatabaseEndpoint, service: SupervisedService?,
        superuser: PostgresConfiguration?, roles: DatabaseRoles, journal: Journal
    ) {
        pool = PostgresPool(control, maximumConnections: Self.connections, idleTimeout: .seconds(60))
        logins = PostgresPool(control, maximumConnections: Self.connectionsOfLogins, idleTimeout: .seconds(60))
        (self.endpoint, self.service, self.superuser) = (endpoint, service, superuser)
        (self.roles, self.journal) = (roles, journal)
    }

    /// Makes the embedded cluster when there is none, and begins to run it.
    /// - Parameter programs: where the module for the server may be that fences tenants' roles.
    static func embedded(
        _ directory: DataDirectory, programs: String, secrets: Secrets, roles: DatabaseRoles, journal: Journal
    ) async throws -> DatabaseServer {
        let postgres = try EmbeddedPostgres(directory, programs: programs, secrets: secrets, journal: journal)
        try await postgres.prepare()
        let service = SupervisedService(.database, journal: journal, grace: .seconds(60)) { try await postgres.start() }
        service.start()
        let control = postgres.configuration(
            user: DatabaseRoles.control, password: secrets.control, database: name, applicationName: "casella-control")
        let endpoint = ChildLauncher.DatabaseEndpoint(host: control.host, port: control.port, database: name)
        var administrator = postgres.configuration(
            user: EmbeddedPostgres.superuser, password: secrets.superuser, database: name, applicationName: "casella-control")
        let server = DatabaseServer(
            control, endpoint: endpoint, service: service, superuser: administrator, roles: roles, journal: journal)
        administrator.database = "postgres"
        let superuser = PostgresPool(administrator, maximumConnections: 1)
        do {
            try await server.waitUntilItAnswers(superuser)
            try await roles.prepareEmbedded(superuser, database: name)
        } catch {
            await superuser.close()
            await server.stop()
            throw error
        }
        await superuser.close()
        return server
    }

    static func outside(_ url: String, roles: DatabaseRoles, journal: Journal) throws(StartupError) -> DatabaseServer {
        let address = try DatabaseAddress(parsing: url)
        guard address.host.hasPrefix("/") else {
            throw .configuration(
                "database.url names a host, but tenants' workers make Unix sockets only; name the directory of the server's socket, as in "
                    + "postgresql://user:password@%2Frun%2Fpostgresql/database.")
        }
        let configuration = PostgresConfiguration(
            host: address.host, port: address.port, database: address.database, user: address.user, password: address.password,
            applicationName: "casella-control")
        let endpoint = ChildLauncher.DatabaseEndpoint(host: address.host, port: address.port, database: address.database)
        return DatabaseServer(configuration, endpoint: endpoint, service: nil, superuser: nil, roles: roles, journal: journal)
    }

    /// Brings schema and roles up to date.
    func prepare(migrations directory: String) async throws {
        do {
            for name in try await MigrationRunner(try Migration.load(from: directory)).run(on: pool) {
                journal.info("migration applied", ["name": name])
            }
            try await roles.setRelayPassword(pool)
            let restored = try await roles.restoreMissing(pool)
            if restored > 0 { journal.notice("roles of tenants were missing or changed and are made again", ["count": String(restored)]) }
            try await closeCatalogue()
        } catch let error as MigrationError {
            throw StartupError.migration(error)
        } catch let error as PostgresError {
            throw StartupError.database("\(error)")
        }
    }

    private func closeCatalogue() async throws(PostgresError) {
        guard let superuser else {
            journal.notice("whether tenants' roles can read the outside server's catalogue is for its administrator to decide")
            return
        }
        let pool = PostgresPool(superuser, maximumConnections: 1)
        do {
            try await CatalogueFence(superuser: pool).close()
        } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }

    /// A server that was not shut down in order replays its log first, which can take minutes: as long as it lives, we wait.
    private func waitUntilItAnswers(_ superuser: PostgresPool) async throws {
        while true {
            do {
                _ = try await superuser.query("SELECT 1")
                return
            } catch {
                try Task.checkCancellation()
                guard error.kind == .connection || error.isTransient else { throw StartupError.database("\(error)") }
                if let service, service.status.crashes >= 5 { throw StartupError.postgresFailed(service.status.lastExit ?? "\(error)") }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func stop() async {
        await logins.close()
        await pool.close()
        await service?.stop()
    }
}
