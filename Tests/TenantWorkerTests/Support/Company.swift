import Foundation
import MailStore
import Postgres
import Supervision
import TenantWorker
import TestSupport
import Testing

/// A tenant in a real PostgreSQL, whose store all tests of this process share; each test has a domain and users of its own.
struct Company: Sendable {
    let store: TenantStore
    private let tenant: Int64
    private let pool: PostgresPool
    private let database: PostgresConfiguration
    private let blobs: String
    var snapshotFolder: String { blobs + "/snapshots" }

    private static let sharedCompany = Task { try await open() }
    static func shared() async throws -> Company { try await sharedCompany.value }

    /// With a store that is nobody else's.
    static func open() async throws -> Company {
        let cluster = try await TemporaryPostgres.shared()
        let database = try await cluster.createDatabase()
        try await cluster.apply(migrationsIn: TemporaryPostgres.migrationsDirectory, to: database)
        try await cluster.numberTenantsApart(in: database)
        let pool = PostgresPool(cluster.configuration(database: database, patience: .seconds(20)), maximumConnections: 2)
        let tenant = try await pool.number("INSERT INTO tenants (name) VALUES ('company') RETURNING tenant_id")
        _ = try await pool.query("INSERT INTO leases (tenant_id) VALUES ($1)", [.int8(tenant)])
        try await pool.script("CREATE ROLE casella_t\(tenant) LOGIN IN ROLE casella_tenant")
        let blobs = cluster.socketDirectory + "/blobs-\(database)"
        try FileManager.default.createDirectory(atPath: blobs, withIntermediateDirectories: true)
        AtExit.remove(folder: blobs)
        return try await open(tenant, pool, cluster.configuration(database: database, user: "casella_t\(tenant)"), blobs)
    }

    private static func open(
        _ tenant: Int64, _ pool: PostgresPool, _ database: PostgresConfiguration, _ blobs: String
    ) async throws -> Company {
        let store = try await TenantStore.open(
            tenant: tenant, database: database, blobDirectory: blobs, snapshotFolder: blobs + "/snapshots")
        return Company(store: store, tenant: tenant, pool: pool, database: database, blobs: blobs)
    }

    /// With the next worker's store.
    func reopened() async throws -> Company {
        await store.close()
        return try await Self.open(tenant, pool, database, blobs)
    }

    /// A new domain of this company.
    func domain(bytes: Int64? = nil, messages: Int64? = nil) async throws -> CompanyDomain {
        let name = "d\(UInt32.random(in: 0 ... .max)).example"
        let id = try await pool.number(
            "INSERT INTO domains (tenant_id, name, quota_bytes, quota_messages) VALUES ($1, $2, $3, $4) RETURNING domain_id",
            .int8(tenant), .text(name), .optionalInt8(bytes), .optionalInt8(messages))
        await store.directoryChanged()
        return CompanyDomain(company: self, id: id, name: name)
    }

    /// While `body` runs, whoever asks for a row of the table waits.
    func locking(_ table: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void) async throws {
        try await pool.transaction { transaction in
            _ = try await transaction.query("LOCK TABLE \(table) IN ACCESS EXCLUSIVE MODE")
            try await body()
        }
    }

    /// As if a message of the user's INBOX had no row.
    func loseRow(_ uid: Int64, of user: Int64) async throws {
        _ = try await insert("""
            DELETE FROM messages m USING mailboxes b WHERE m.tenant_id = $1 AND b.tenant_id = $1 AND b.user_id = $2 AND b.name = 'INBOX'
                AND m.mailbox_id = b.mailbox_id AND m.uid = $3 RETURNING m.uid
            """, .int8(user), .int8(uid))
    }

    fileprivate func insert(_ sql: String, _ parameters: PostgresValue...) async throws -> Int64 {
        let number = try await pool.number(sql, [.int8(tenant)] + parameters)
        await store.directoryChanged()
        return number
    }

    /// Opens the keys of its domains.
    static let sealingKey = [UInt8](repeating: 7, count: 32)

    /// What a worker's sessions know of its configuration.
    func facts(relaySocket: String = "/nowhere/relay", limits: MailLimits = MailLimits(), relayUser: UInt32? = nil) -> DoorFacts {
        DoorFacts(
            TenantConfiguration(
                hostname: "mail.example", tenant: tenant, name: "company", listeners: [], confinement: Confinement(),
                database: DatabaseAccess(host: "", port: 0, database: "", role: "", password: ""), directory: "", relaySocket: relaySocket,
                trustedPeers: [], limits: limits, defersOverQuota: false, idleSeconds: 60, relayUser: relayUser,
                sealingKey: Self.sealingKey))
    }
}

/// A domain that one test has for itself.
struct CompanyDomain: Sendable {
    let company: Company
    let id: Int64
    let name: String

    static func make(bytes: Int64? = nil, messages: Int64? = nil) async throws -> CompanyDomain {
        try await Company.shared().domain(bytes: bytes, messages: messages)
    }

    func user(_ localPart: String, bytes: Int64? = nil, messages: Int64? = nil, suspended: [String] = []) async throws -> Int64 {
        try await company.insert("""
            INSERT INTO users (tenant_id, domain_id, local_part, suspended, quota_bytes, quota_messages) VALUES ($1, $2, $3, $4, $5, $6)
            RETURNING user_id
            """, .int8(id), .text(localPart), .textArray(suspended), .optionalInt8(bytes), .optionalInt8(messages))
    }

    /// A shared mailbox without members.
    func shared(_ localPart: String, bytes: Int64? = nil, messages: Int64? = nil) async throws -> Int64 {
        try await company.insert(
            """
            INSERT INTO users (tenant_id, domain_id, local_part, shared, quota_bytes, quota_messages) VALUES ($1, $2, $3, true, $4, $5)
            RETURNING user_id
            """, .int8(id), .text(localPart), .optionalInt8(bytes), .optionalInt8(messages))
    }

    /// Gives a user access to a shared mailbox, or other rights; nil takes it away.
    func give(_ member: Int64, _ rights: String?, to shared: Int64, sends: Bool = false) async throws {
        guard let rights else {
            _ = try await company.insert(
                "DELETE FROM shared_access WHERE tenant_id = $1 AND user_id = $2 AND member_id = $3 RETURNING 1::bigint",
                .int8(shared), .int8(member))
            return
        }
        _ = try await company.insert(
            """
            INSERT INTO shared_access VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tenant_id, user_id, member_id) DO UPDATE SET rights = excluded.rights, sends = excluded.sends RETURNING user_id
            """, .int8(shared), .int8(member), .text(rights), .bool(sends))
    }

    /// Changes a row of this user.
    func set(_ assignment: String, of user: Int64) async throws {
        _ = try await company.insert("UPDATE users SET \(assignment) WHERE tenant_id = $1 AND user_id = $2 RETURNING user_id", .int8(user))
    }

    func group(_ localPart: String, posting: String = "anyone", owners: [String] = [], members: [String]) async throws {
        _ = try await company.insert(
            """
            WITH made AS (
                INSERT INTO groups (tenant_id, domain_id, local_part, posting, owners) VALUES ($1, $2, $3, $4, $5))
            INSERT INTO group_members SELECT $1, $2, $3, unnest($6::text[]) RETURNING domain_id
            """, .int8(id), .text(localPart), .text(posting), .textArray(owners), .textArray(members))
    }

    func vacation(_ user: Int64, _ text: String = "Back soon.", subject: String = "Away") async throws {
        _ = try await company.insert(
            "INSERT INTO vacations (tenant_id, user_id, subject, body) VALUES ($1, $2, $3, $4) RETURNING user_id",
            .int8(user), .text(subject), .text(text))
    }

    func forward(_ user: Int64, to targets: [String], copy: Bool = true) async throws {
        _ = try await company.insert(
            "INSERT INTO user_forwards VALUES ($1, $2, $3, $4) RETURNING user_id", .int8(user), .textArray(targets), .bool(copy))
    }

    /// How many senders are noted as told.
    func notedReplies(of user: Int64) async throws -> Int64 {
        try await company.insert("SELECT count(*) FROM vacation_replies WHERE tenant_id = $1 AND user_id = $2", .int8(user))
    }

    /// As if this much time had passed since anybody was told.
    func letPass(_ interval: String, for user: Int64) async throws {
        _ = try await company.insert(
            """
            UPDATE vacation_replies SET replied_at = replied_at - $3::text::interval WHERE tenant_id = $1 AND user_id = $2
            RETURNING user_id
            """, .int8(user), .text(interval))
    }

    /// A legal hold on a user.
    func hold(_ user: Int64) async throws {
        _ = try await company.insert(
            "INSERT INTO holds (tenant_id, user_id, reason, set_by) VALUES ($1, $2, 'lawsuit', 'root') RETURNING user_id", .int8(user))
    }

    /// A further name.
    func domainAlias(_ name: String) async throws {
        _ = try await company.insert(
            "INSERT INTO domain_aliases (tenant_id, domain_id, name) VALUES ($1, $2, $3) RETURNING domain_id", .int8(id), .text(name))
    }

    /// A key that signs the domain's mail, or that of one of its further names.
    func key(_ selector: String, _ algorithm: String, box: [UInt8], for alias: String? = nil) async throws {
        _ = try await company.insert(
            """
            INSERT INTO dkim_keys (tenant_id, domain_id, selector, algorithm, private_key, public_key, state, alias)
            VALUES ($1, $2, $3, $4, $5, '', 'active', $6) RETURNING domain_id
            """, .int8(id), .text(selector), .text(algorithm), .bytea(box), .optionalText(alias))
    }

    /// The key signs no more.
    func retire(key selector: String) async throws {
        _ = try await company.insert(
            "UPDATE dkim_keys SET state = 'retired' WHERE tenant_id = $1 AND domain_id = $2 AND selector = $3 RETURNING domain_id",
            .int8(id), .text(selector))
    }

    func alias(_ localPart: String, to target: String) async throws {
        _ = try await company.insert(
            "INSERT INTO aliases (tenant_id, domain_id, local_part, target) VALUES ($1, $2, $3, $4) RETURNING domain_id",
            .int8(id), .text(localPart), .text(target))
    }
}

extension PostgresPool {
    fileprivate func number(_ sql: String, _ parameters: PostgresValue...) async throws -> Int64 { try await number(sql, parameters) }

    fileprivate func number(_ sql: String, _ parameters: [PostgresValue]) async throws -> Int64 {
        guard let row = try await query(sql, parameters).first else { throw PostgresError(kind: .usage, message: "no row") }
        return try row.int8(0)
    }
}
