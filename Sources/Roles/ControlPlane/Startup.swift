import AdminAPI
import Cracklib
import FoundationEssentials
import Glibc
import Postgres
import Resolver
import Runtime
import Supervision

/// Brings the platform up, step by step; what fails names itself.
@EventLoopActor
struct Startup {
    private let options: Options

    init(_ options: Options) { self.options = options }

    /// - Parameter keep: takes each part as soon as it runs, so that a start that fails later stops it again.
    /// - Returns: the line that says that all is up, and where.
    func start(keep: @escaping (Platform.Part) -> Void) async throws -> String {
        let installation = try Installation(options)
        let configuration = try Configuration.load(options)
        let directory = try DataDirectory(options.data, userIDBase: configuration.userIDBase)
        try directory.prepare()
        let lock = try ControlLock(directory.lockFile, data: directory.root)
        keep(.init(rank: .lock) { withExtendedLifetime(lock) {} })
        let journal = try Journal(directory: directory.log)
        journal.info("starting", ["version": Provisioning.version, "data": directory.root])
        let listeners = try PublicListeners(
            address: configuration.bind, portBase: configuration.portBase, withAdmin: configuration.remoteAdministration,
            webPort: configuration.httpsPort)
        keep(.init(rank: .sockets) { listeners.close() })
        let secrets = try Secrets(directory: directory.secrets)
        let standard = try CertificateFiles(configuration, directory: directory.tls)

        let roles = DatabaseRoles(secrets: secrets)
        let server =
            if let url = configuration.databaseURL {
                try DatabaseServer.outside(url, roles: roles, journal: journal)
            } else {
                try await DatabaseServer.embedded(
                    directory, programs: installation.programs, secrets: secrets, roles: roles, journal: journal)
            }
        keep(.init(rank: .database) { await server.stop() })
        try Task.checkCancellation()
        try await server.prepare(migrations: installation.migrations)

        let certificates = try await CertificateStore(
            standard: standard, database: server.pool, directory: directory.tls, journal: journal)
        let launcher = ChildLauncher(
            programs: installation.programs, configuration: configuration, directory: directory, secrets: secrets,
            certificates: certificates, database: server.endpoint, journal: journal)
        launcher.endEarlierChildren()
        let audit = try await AuditLog(
            database: server.pool, key: try secrets.key(for: "the audit log"), headFile: directory.auditHead, journal: journal)
        EventLoopActor.task { await audit.closeEarlier() }
        keep(.init(rank: .sockets) { await audit.tellRefused() })  // once nobody calls any more
        let provisioning = try await startProcesses(
            configuration, directory: directory, journal: journal, server: server, roles: roles, listeners: listeners, launcher: launcher,
            audit: audit, certificates: certificates, keep: keep)
        try await startAdminServer(configuration, directory: directory, provisioning: provisioning, database: server.pool, keep: keep)
        try await startAccountServer(configuration, directory: directory, provisioning: provisioning, database: server.pool, keep: keep)
        try await startMetricsServer(configuration, directory: directory, provisioning: provisioning, keep: keep)
        DeletionSweep(provisioning).start()
        RetentionSweep(provisioning).start()
        journal.info("ready")
        return try readyLine(directory, listeners)
    }

    // MARK: Processes

    private func startProcesses(
        _ configuration: Configuration, directory: DataDirectory, journal: Journal, server: DatabaseServer, roles: DatabaseRoles,
        listeners: PublicListeners, launcher: ChildLauncher, audit: AuditLog, certificates: CertificateStore,
        keep: (Platform.Part) -> Void
    ) async throws -> Provisioning {
        let hashing = PasswordHashing(configuration)
        try await Self.checkListOfPasswords(hashing)
        let domains = DomainTable(database: server.pool, journal: journal)
        let authenticator = try await Authenticator(
            database: server.logins, domains: domains, hashing: hashing,
            appPasswords: AppPasswordDigest(key: try roles.secrets.key(for: "app passwords")), limits: configuration.wrongLogins,
            journal: journal)
        EventLoopActor.task { await authenticator.learnCosts() }
        EventLoopActor.task { await authenticator.keepNetworks() }
        keep(.init(rank: .sockets) { try? await authenticator.history.write() })  // also what the gateway told in the end
        let queue = RelayQueue(database: server.pool, journal: journal)
        let liveSessions = GatewaySessions()
        let counters = ControlCounters()
        let relayDoor = try PublicListeners.openRelayDoor(directory)
        let relay = SupervisedService(.relay, journal: journal, grace: .seconds(15)) {
            let child = try await launcher.startRelay(relayDoor)
            child.channel?.send(.domains(await domains.current()))
            return child
        } heard: { report, _ in
            switch report {
            case .ready: Task { await domains.push() }  // what changed while it started
            case .queueCommandDone(let id, let affected, let problem): queue.commandDone(id: id, affected: affected, problem: problem)
            case .idle, .authenticate, .loggedInAgain, .taskDone, .heldCopied, .compacted, .sessions, .alive, .measurements: break
            }
        }
        let gateway = SupervisedService(.gateway, journal: journal, grace: .seconds(15)) {
            let child = try await launcher.startGateway(listeners.doors)
            child.channel?.send(.domains(await domains.current()))
            return child
        } heard: { report, child in
            switch report {
            case .ready: Task { await domains.push() }
            case .authenticate(let id, let attempt):
                EventLoopActor.task {
                    let outcome = await authenticator.authenticate(attempt)
                    counters.loginDecided(outcome)
                    child.channel?.send(.authenticated(id: id, outcome))
                }
            case .loggedInAgain(let tallies): authenticator.history.add(repeated: tallies)
            case .sessions(let id, let sessions): liveSessions.told(id, sessions)
            case .idle, .queueCommandDone, .taskDone, .heldCopied, .compacted, .alive, .measurements: break
            }
        }
        domains.connect([gateway, relay])
        liveSessions.connect(gateway)
        certificates.connect(gateway)
        queue.connect(relay)

        let workers = TenantWorkers(directory: directory, journal: journal, launcher: launcher)
        keep(.init(rank: .workers) { await workers.stopAll() })
        try await openTenants(workers, server.pool, directory, journal)
        keep(
            .init(rank: .relay) {
                await relay.stop()
                close(relayDoor)
            })
        relay.start()
        keep(.init(rank: .gateway) { await gateway.stop() })
        gateway.start()
        try await relay.waitUntilReady(within: .seconds(30))
        try await gateway.waitUntilReady(within: .seconds(30))

        let usage = UsageRecorder(database: server.pool, journal: journal)
        usage.start()

        let facts = Provisioning.PlatformFacts(
            hostname: configuration.hostname, postmaster: configuration.postmasterAddress,
            startedAt: Timestamp(secondsSince1970: Int64(time(nil))),
            listeners: listeners.doors.map { PlatformStatus.Listener(service: $0.service.rawValue, address: listeners.text(of: $0)) },
            limits: configuration.limits, sessionsPerUser: configuration.sessionsPerUser,
            sessionsPerTenant: configuration.sessionsPerTenant, passwords: configuration.passwords,
            defersOverQuota: configuration.defersOverQuota, deletedKeptDays: configuration.deletedKeptDays,
            web: .init(configuration))
        let sessions = AdministratorSessions(
            database: server.pool, authenticator: authenticator, sealingKey: try roles.secrets.key(for: "one-time passwords"),
            journal: journal)
        let ownAccounts = OwnAccounts(
            database: server.pool, domains: domains, authenticator: authenticator,
            sealingKey: try roles.secrets.key(for: "one-time passwords of users"), journal: journal)
        let give: AccountNotices.Sender = { notice, tenant in await workers.give(notice, to: tenant) }
        let services = Provisioning.Services(gateway: gateway, relay: relay, database: server.service)
        return Provisioning(
            database: server.pool, roles: roles, hashing: hashing, authenticator: authenticator, workers: workers,
            services: services, domains: domains, queue: queue,
            directory: directory, journal: journal, facts: facts,
            resolver: DNSResolver(forwarder: configuration.dnsServer, remembers: false, timeout: .seconds(10)), sessions: sessions,
            ownAccounts: ownAccounts, audit: audit,
            certificates: certificates, liveSessions: liveSessions, accountSessions: AccountSessions(), usage: usage,
            measuring: Measuring(
                counters, database: server.pool, hashing: hashing, workers: workers, services: services, directory: directory,
                certificates: certificates),
            notices: AccountNotices(journal: journal, by: configuration.accountNotices ? give : nil))
    }

    /// Without it no password would be taken, which is better known at once.
    private static func checkListOfPasswords(_ hashing: PasswordHashing) async throws {
        do { _ = try await hashing.weakness(of: "any", shortest: 1, for: .platform) } catch is CommonPasswordsError {
            throw StartupError.noListOfPasswords
        }
    }

    /// Opens every tenant's doors, and goes on with deletions that were interrupted.
    private func openTenants(
        _ workers: TenantWorkers, _ database: PostgresPool, _ directory: DataDirectory, _ journal: Journal
    ) async throws {
        // Those of deleted tenants too, whose doors stay closed.
        let shown = PostgresStatement("SELECT set_config('casella.shows_deleted', 'on', true)")
        let all = try await database.pipeline([shown, PostgresStatement("SELECT tenant_id::text FROM tenants")])
        let known = Set(try all.last?.rows.map { try $0.text(0) } ?? [])
        for row in try await database.query("SELECT tenant_id, name FROM tenants ORDER BY tenant_id").rows {
            let tenant = try row.int8(0)
            let name: TenantName = try row.name(1)
            do {
                try workers.add(tenant, name: name)
            } catch {
                // One tenant's trouble (a directory that is no directory any more) must not keep the others from their mail.
                journal.error("a tenant's doors could not be opened", ["tenant": "\(name)", "error": "\(error)"])
            }
        }
        for name in FileSystem.names(in: directory.tenants) where !known.contains(name) {
            let path = "\(directory.tenants)/\(name)"
            if name.hasSuffix(".deleted") {
                try await FileSystem.removeTree(path)
            } else {
                // Never removed by itself: the database may be an older backup than the mail.
                journal.warning("a directory belongs to no tenant; remove it if that is right", ["path": path])
            }
        }
    }

    // MARK: The admin interface

    private func startAdminServer(
        _ configuration: Configuration, directory: DataDirectory, provisioning: Provisioning, database: PostgresPool,
        keep: (Platform.Part) -> Void
    ) async throws {
        let router = AdminRouter(provisioning, database: database)
        router.serveAll()
        let server = AdminServer(router: router, journal: provisioning.journal)
        keep(.init(rank: .admin) { await server.stop() })
        try await server.open(directory.adminSocket, operators: [directory.owner] + configuration.adminUsers)
        if configuration.remoteAdministration {
            try await server.openRemote(directory.remoteAdminSocket, gateway: directory.users?.gateway ?? geteuid())
        }
    }

    private func startAccountServer(
        _ configuration: Configuration, directory: DataDirectory, provisioning: Provisioning, database: PostgresPool,
        keep: (Platform.Part) -> Void
    ) async throws {
        guard configuration.hasAccountPages else { return }
        let server = AccountServer(router: AccountRouter(provisioning, database: database))
        keep(.init(rank: .admin) { await server.stop() })
        try await server.open(directory.accountSocket, gateway: directory.users?.gateway ?? geteuid())
    }

    private func startMetricsServer(
        _ configuration: Configuration, directory: DataDirectory, provisioning: Provisioning, keep: (Platform.Part) -> Void
    ) async throws {
        let server = MetricsServer(MetricsAnswers(provisioning.measuring, provisioning.workers))
        keep(.init(rank: .admin) { await server.stop() })
        try await server.open(socket: directory.metricsSocket)
        if let address = configuration.metrics { try await server.open(address) }
    }

    private struct ReadyLine: Encodable {
        var ready = true
        var process: Int32
        var data: String
        var admin: String
        var listeners: [String: String]
    }

    private func readyLine(_ directory: DataDirectory, _ listeners: PublicListeners) throws -> String {
        let places = listeners.doors.map { ($0.service.rawValue, listeners.text(of: $0)) }
        let line = ReadyLine(
            process: getpid(), data: directory.root, admin: directory.adminSocket,
            listeners: Dictionary(places, uniquingKeysWith: { first, _ in first }))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(line), as: UTF8.self)
    }
}
