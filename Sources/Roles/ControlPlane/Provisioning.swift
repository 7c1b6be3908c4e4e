import AdminAPI
import Postgres
import Quantities
import Resolver
import Runtime
import Supervision

/// What the admin calls work with. Each call is an extension of its own, in the folder of its noun.
///
/// What a call asks for is done by a copy whose database is fenced in as the call and its caller are (`confined`).
///
/// A change is one transaction. Who must know of it is told afterwards: the gateway and the relay which domains there are,
/// a running worker that its directory changed, gateway and worker whose sessions are over, a user that the account is another.
@EventLoopActor
struct Provisioning {
    var database: AdministeredDatabase
    let roles: DatabaseRoles
    let hashing: PasswordHashing
    let authenticator: Authenticator
    let workers: TenantWorkers
    let services: Services
    let domains: DomainTable
    let queue: RelayQueue
    let directory: DataDirectory
    let journal: Journal
    let facts: PlatformFacts
    let resolver: DNSResolver
    let sessions: AdministratorSessions
    let ownAccounts: OwnAccounts
    let audit: AuditLog
    let certificates: CertificateStore
    let liveSessions: GatewaySessions
    let accountSessions: AccountSessions
    let usage: UsageRecorder
    let measuring: Measuring
    let notices: AccountNotices

    /// The processes that always run.
    struct Services {
        var gateway: SupervisedService
        var relay: SupervisedService
        /// nil with an outside server.
        var database: SupervisedService?
    }

    /// What does not change while the platform runs.
    struct PlatformFacts {
        var hostname: String
        /// Who gets mail for the server's own postmaster: an address.
        var postmaster: String
        var startedAt: Timestamp
        var listeners: [PlatformStatus.Listener]
        /// Of one message.
        var limits: MailLimits
        var sessionsPerUser: Int, sessionsPerTenant: Int
        var passwords: PasswordRules
        /// Mail that does not fit is put off, not refused.
        var defersOverQuota: Bool
        /// Days; where a plan says nothing else.
        var deletedKeptDays: Int
        var web: WebFacts
    }

    init(
        database: PostgresPool, roles: DatabaseRoles, hashing: PasswordHashing, authenticator: Authenticator, workers: TenantWorkers,
        services: Services, domains: DomainTable, queue: RelayQueue, directory: DataDirectory, journal: Journal, facts: PlatformFacts,
        resolver: DNSResolver, sessions: AdministratorSessions, ownAccounts: OwnAccounts, audit: AuditLog, certificates: CertificateStore,
        liveSessions: GatewaySessions, accountSessions: AccountSessions, usage: UsageRecorder, measuring: Measuring,
        notices: AccountNotices
    ) {
        self.database = AdministeredDatabase(pool: database)
        self.ownAccounts = ownAccounts
        (self.sessions, self.audit, self.certificates) = (sessions, audit, certificates)
        (self.liveSessions, self.accountSessions, self.usage) = (liveSessions, accountSessions, usage)
        (self.measuring, self.notices) = (measuring, notices)
        (self.roles, self.hashing, self.workers, self.services) = (roles, hashing, workers, services)
        (self.domains, self.queue, self.directory, self.journal, self.facts) = (domains, queue, directory, journal, facts)
        (self.authenticator, self.resolver) = (authenticator, resolver)
    }

    /// The same behind a fence.
    func confined(to fence: DatabaseFence) -> Provisioning {
        var copy = self
        copy.database.fence = fence
        return copy
    }

    /// The same, of whose changes nothing stays, and of which nobody is told.
    func rehearsed<Answer: Sendable>(_ body: (Provisioning) async throws -> Answer) async throws -> Answer {
        try await database.rehearsed { database in
            var copy = self
            copy.database = database
            return try await body(copy)
        }
    }

    var isRehearsal: Bool { database.rehearsal != nil }

    // MARK: Who must know of a change

    /// Says goodbye to a user's sessions, or to all of a tenant's, and has cached proofs of logins forgotten.
    func endSessions(tenant: Int64, user: Int64?, services: [ClientService] = ClientService.allCases, reason: String) {
        guard !isRehearsal else { return }
        if services.contains(.web) { accountSessions.end(tenant: tenant, user: user) }
        let mail = services.filter { $0 != .web }
        guard !mail.isEmpty else { return }
        let instruction = Instruction.endSessions(tenant: tenant, user: user, services: mail, reason: reason)
        self.services.gateway.send(instruction)
        workers.send(instruction, to: tenant)
    }

    func directoryChanged(of tenant: Int64) {
        if !isRehearsal { workers.send(.directoryChanged, to: tenant) }
    }

    /// There are other domains than before, or other ones that take mail.
    func domainsChanged() async {
        if !isRehearsal { await domains.push() }
    }

    /// The account has another password, or is gone.
    func forgetLogins(of address: EmailAddress) {
        if !isRehearsal { authenticator.forget(address) }
    }

    /// The domain is destroyed, with all its accounts.
    func forgetLogins(in domain: DomainName) {
        if !isRehearsal { authenticator.forget(domain) }
    }

    /// The same of an account that is no user's.
    func forgetLogins(account: String) {
        if !isRehearsal { authenticator.forget(account: account) }
    }

    /// An administrator has another password, or may do no more.
    func endSessions(of administrator: AdministratorName) async throws {
        if !isRehearsal { try await sessions.endAll(of: administrator) }
    }

    /// There are other hashes than before.
    func learnCosts(of hashes: [String]) async {
        if !isRehearsal { await authenticator.learnCosts(of: hashes) }
    }

    /// A transaction that is tried again when another one was in its way.
    func change<Result: Sendable>(_ body: (PostgresTransaction) async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await database.transaction(body)
            } catch let error as PostgresError where error.sqlState?.errorClass == "40" && attempt < 4 {
                attempt += 1
            }
        }
    }
}

extension AdminError {
    static func noTenant(_ name: TenantName) -> AdminError {
        AdminError(.notFound, "There is no tenant \(name).", hint: "`tenant list` shows all.")
    }
    static func noPlan(_ name: PlanName) -> AdminError {
        AdminError(.notFound, "There is no plan \(name).", hint: "`plan list` shows all.")
    }
    static func noDomain(_ name: DomainName) -> AdminError {
        AdminError(.notFound, "There is no domain \(name).", hint: "`domain list` shows all.")
    }
    static func noUser(_ address: EmailAddress) -> AdminError {
        AdminError(.notFound, "There is no user \(address).", hint: "`user list` shows all.")
    }
    static func noAlias(_ address: AliasAddress) -> AdminError {
        AdminError(.notFound, "There is no alias \(address).", hint: "`alias list` shows all.")
    }
}

extension QuotaChange? {
    /// As `quota_bytes` and `quota_messages` of something new.
    func parameters(at level: QuotaLevel) -> [PostgresValue] {
        [.optionalInt8(self?.bytes?.stored(at: level)), .optionalInt8(self?.messages?.limit)]
    }
}

extension LimitChange<ByteCount> {
    /// As `quota_bytes` holds it: NULL is what the plan says, which of a domain says nothing (`Migrations/0016_plans.sql`).
    func stored(at level: QuotaLevel) -> Int64? {
        switch self {
        case .to(let size): size.octets
        case .unlimited: level == .domain ? nil : -1
        case .planned: nil
        }
    }
}

extension QuotaLimits {
    init(_ row: PostgresRow, _ column: Int) throws(PostgresError) {
        self.init(bytes: try row.optionalInt8(column).map { ByteCount($0) }, messages: try row.optionalInt8(column + 1))
    }
}

extension Usage {
    init(_ row: PostgresRow, _ column: Int) throws(PostgresError) {
        self.init(bytes: ByteCount(try row.int8(column)), messages: try row.int8(column + 1))
    }
}

extension PostgresRow {
    func name<Name: ValidatedText>(_ column: Int) throws -> Name { try Name(try text(column)) }
    func moment(_ column: Int) throws(PostgresError) -> Timestamp { Timestamp(microsecondsSince1970: try timestamp(column)) }
    func optionalMoment(_ column: Int) throws(PostgresError) -> Timestamp? {
        try optionalTimestamp(column).map { Timestamp(microsecondsSince1970: $0) }
    }
    func accountState(_ column: Int) throws(PostgresError) -> AccountState { AccountState(rawValue: try text(column)) ?? .suspended }
}
