import AdminAPI
import Foundation
import Postgres
import Resolver
import Runtime
import Supervision
import TestSupport
import Testing

@testable import ControlPlane

/// The control plane's calls on a real PostgreSQL: no process runs beside it, and the DNS is what the test says.
@EventLoopActor
final class TestPlatform {
    /// As the control plane has it.
    let control: PostgresPool
    /// Sees everything, and locks what it likes.
    let owner: PostgresPool
    /// Of the database.
    let name: String
    let tenant: Int64
    let domain: DomainName
    var journal: Journal { parts.journal }
    private let parts: Parts
    private let folder: String
    /// Of what users were to be told, in that order.
    let told = Arrivals<AccountNotice>()
    /// For how long what account pages see has gone on, beside the time that really passes.
    var waited = Duration.zero
    private(set) lazy var accountSessions = AccountSessions { [weak self] in ContinuousClock.now + (self?.waited ?? .zero) }

    /// What a `Provisioning` has beside database and DNS.
    private struct Parts {
        let roles: DatabaseRoles, hashing: PasswordHashing, authenticator: Authenticator, workers: TenantWorkers
        let services: Provisioning.Services, domains: DomainTable, directory: DataDirectory, journal: Journal
        let facts: Provisioning.PlatformFacts, sessions: AdministratorSessions, ownAccounts: OwnAccounts, audit: AuditLog
        let certificates: CertificateStore
    }

    /// - Parameter own: a cluster of its own, for tests that change how it runs.
    init(on own: TemporaryPostgres? = nil) async throws {
        let server = if let own { own } else { try await TemporaryPostgres.shared() }
        name = try await server.createDatabase()
        owner = PostgresPool(server.configuration(database: name), maximumConnections: 2)
        _ = try await MigrationRunner(Migration.load(from: TemporaryPostgres.migrationsDirectory)).run(on: owner)
        try await server.numberTenantsApart(in: name)
        control = PostgresPool(server.configuration(database: name, user: DatabaseRoles.control), maximumConnections: 4)
        let made = try await owner.query("INSERT INTO tenants (name) VALUES ('acme') RETURNING tenant_id")
        tenant = try #require(try made.first?.int8(0))
        domain = try DomainName("acme.example")
        _ = try await owner.query("INSERT INTO domains (tenant_id, name) VALUES ($1, $2)", [.int8(tenant), .text(domain.text)])
        folder = NSTemporaryDirectory() + "casella-platform-\(UInt32.random(in: 0 ... .max))"
        AtExit.remove(folder: folder)  // also when the test fails before it closes this
        parts = try await Self.parts(in: folder, control)
    }

    private static func parts(in folder: String, _ database: PostgresPool) async throws -> Parts {
        var configuration = Configuration(hostname: "mx.host.example", loginThreads: 1)
        (configuration.argon2Memory, configuration.argon2Passes) = (64, 1)
        let directory = try DataDirectory(folder, userIDBase: 10_000)
        try directory.prepare()
        let journal = try Journal(directory: directory.log), secrets = try Secrets(directory: directory.secrets)
        let hashing = PasswordHashing(configuration), domains = DomainTable(database: database, journal: journal)
        let authenticator = try await Authenticator(
            database: database, domains: domains, hashing: hashing,
            appPasswords: AppPasswordDigest(key: try secrets.key(for: "app passwords")), limits: configuration.wrongLogins,
            journal: journal)
        let certificates = try await CertificateStore(
            standard: CertificateFiles(configuration, directory: directory.tls), database: database, directory: directory.tls,
            journal: journal)
        let launcher = ChildLauncher(
            programs: "/nowhere", configuration: configuration, directory: directory, secrets: secrets, certificates: certificates,
            database: .init(host: "", port: 0, database: ""), journal: journal)
        func neverStarted(_ name: WorkerName) -> SupervisedService {
            SupervisedService(name, journal: journal, grace: .zero) { throw StartupError.configuration("No process runs in this test.") }
        }
        return Parts(
            roles: DatabaseRoles(secrets: secrets), hashing: hashing, authenticator: authenticator,
            workers: TenantWorkers(directory: directory, journal: journal, launcher: launcher),
            services: .init(gateway: neverStarted(.gateway), relay: neverStarted(.relay)), domains: domains, directory: directory,
            journal: journal,
            facts: .init(
                hostname: configuration.hostname, postmaster: "postmaster@\(configuration.hostname)",
                startedAt: Timestamp(secondsSince1970: 0), listeners: [], limits: configuration.limits,
                sessionsPerUser: 1, sessionsPerTenant: 2, passwords: configuration.passwords, defersOverQuota: false, deletedKeptDays: 30,
                web: WebFacts(configuration)),
            sessions: AdministratorSessions(database: database, authenticator: authenticator, sealingKey: key, journal: journal),
            ownAccounts: OwnAccounts(
                database: database, domains: domains, authenticator: authenticator, sealingKey: key, journal: journal),
            audit: try await auditLog(in: directory, database, journal), certificates: certificates)
    }

    private static let key = [UInt8](repeating: 1, count: 32)

    private static func auditLog(
        in directory: DataDirectory, _ database: PostgresPool, _ journal: Journal
    ) async throws -> AuditLog {
        try await AuditLog(database: database, key: key, headFile: directory.auditHead, journal: journal)
    }

    /// As the platform would open it at its next start.
    func auditLog() async throws -> AuditLog { try await Self.auditLog(in: parts.directory, control, journal) }

    /// - Parameters:
    ///   - zone: the records of the DNS, as in a zone file. Of other names nobody knows anything.
    ///   - patience: how long an answer is waited for.
    ///   - web: what is answered over HTTPS, if that is otherwise than without a configuration.
    ///   - audit: instead of the platform's own.
    func calls(
        zone: [String] = [], patience: Duration = .seconds(20), web: WebFacts? = nil, audit: AuditLog? = nil
    ) -> Provisioning {
        var facts = parts.facts
        if let web { facts.web = web }
        return Provisioning(
            database: control, roles: parts.roles, hashing: parts.hashing, authenticator: parts.authenticator, workers: parts.workers,
            services: parts.services, domains: parts.domains, queue: RelayQueue(database: control, journal: parts.journal),
            directory: parts.directory, journal: parts.journal, facts: facts,
            resolver: DNSResolver(forwarder: "127.0.0.1@9", localData: zone, remembers: false, timeout: patience),
            sessions: parts.sessions, ownAccounts: parts.ownAccounts, audit: audit ?? parts.audit,
            certificates: parts.certificates, liveSessions: GatewaySessions(), accountSessions: accountSessions,
            usage: UsageRecorder(database: control, journal: parts.journal),
            measuring: Measuring(
                ControlCounters(), database: control, hashing: parts.hashing, workers: parts.workers, services: parts.services,
                directory: parts.directory, certificates: parts.certificates),
            notices: AccountNotices(journal: parts.journal) { [weak self] notice, _ in
                self?.told.append(notice)
                return nil
            })
    }

    /// A request about the domain, or what else `path` says.
    func request<Body>(
        _ body: Body, _ path: [String: String]? = nil, query: [String: String] = [:], as role: Role = .owner
    ) -> AdminRequest<Body> {
        AdminRequest(
            body: body, path: PathParameters(path ?? ["name": domain.text]), query: PathParameters(query),
            caller: AdminCaller(name: "test", role: role, part: nil, origin: "192.0.2.1", session: nil))
    }

    /// Locks what the statement selects, starts what will wait for that, and lets go once `count` transactions do.
    func holding<Started: Sendable>(
        _ statement: String, until count: Int64, _ start: () -> Started,
        beforeLettingGo then: @EventLoopActor () async throws -> Void = {}
    ) async throws -> Started {
        try await owner.transaction { transaction in
            _ = try await transaction.query(statement)
            let started = start()
            while try await waitingTransactions() < count { try Task.checkCancellation() }
            try await then()
            return started
        }
    }

    private func waitingTransactions() async throws -> Int64 {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return try await owner.query(waiting).first?.int8(0) ?? 0
    }

    func close() async {
        await control.close()
        await owner.close()
        try? FileManager.default.removeItem(atPath: folder)
        AtExit.forget(folder: folder)
    }
}
