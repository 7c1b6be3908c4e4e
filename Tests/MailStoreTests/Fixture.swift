import Foundation
import MailStore
import Postgres
import Runtime
import TestSupport

/// A tenant with one domain in a real PostgreSQL, and a folder for its blobs.
struct TestTenant: Sendable {
    let id: Int64
    let domain: Int64
    let domainName: String
    let server: Server
    private let folder: BlobFolder
    var directory: String { folder.path }
    /// As whom its worker is logged in to the database.
    var role: String { "casella_t\(id)" }

    /// Goes with the last copy of the tenant, or with the process, which keeps the tenants that tests share.
    private final class BlobFolder: Sendable {
        let path: String
        init(_ name: String) {
            path = NSTemporaryDirectory() + "casella-store-\(name)"
            AtExit.remove(folder: path)
        }
        deinit {
            try? FileManager.default.removeItem(atPath: path)
            AtExit.forget(folder: path)
        }
    }

    /// A database with our migrations.
    struct Server: Sendable {
        let cluster: TemporaryPostgres
        let database: String
        let pool: PostgresPool

        static func start(on cluster: TemporaryPostgres) async throws -> Server {
            let database = try await cluster.createDatabase()
            try await cluster.apply(migrationsIn: TemporaryPostgres.migrationsDirectory, to: database)
            try await cluster.numberTenantsApart(in: database)
            let pool = PostgresPool(cluster.configuration(database: database, patience: .seconds(20)), maximumConnections: 2)
            return Server(cluster: cluster, database: database, pool: pool)
        }

        private static let sharedServer = Task { try await start(on: TemporaryPostgres.shared()) }
        static func shared() async throws -> Server { try await sharedServer.value }
    }

    /// - Parameter server: one of its own, for tests that change how it runs.
    static func make(
        on server: Server? = nil, quotaBytes: Int64? = nil, quotaMessages: Int64? = nil, domainBytes: Int64? = nil,
        domainMessages: Int64? = nil
    ) async throws -> TestTenant {
        let server = if let server { server } else { try await Server.shared() }
        let name = "t\(UInt32.random(in: 0 ... .max))"
        let id = try await server.number(
            "INSERT INTO tenants (name, quota_bytes, quota_messages) VALUES ($1, $2, $3) RETURNING tenant_id",
            [.text(name), .optionalInt8(quotaBytes), .optionalInt8(quotaMessages)])
        _ = try await server.pool.query("INSERT INTO leases (tenant_id) VALUES ($1)", [.int8(id)])
        let domain = try await server.number("""
            INSERT INTO domains (tenant_id, name, quota_bytes, quota_messages) VALUES ($1, $2, $3, $4) RETURNING domain_id
            """, [.int8(id), .text("\(name).example"), .optionalInt8(domainBytes), .optionalInt8(domainMessages)])
        try await server.pool.script("""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'casella_t\(id)') THEN
                    CREATE ROLE casella_t\(id) LOGIN IN ROLE casella_tenant; END IF;
            END $$
            """)
        return TestTenant(
            id: id, domain: domain, domainName: "\(name).example", server: server,
            folder: BlobFolder(name))
    }

    func user(_ localPart: String, bytes: Int64? = nil, messages: Int64? = nil, suspended: [String] = []) async throws -> Int64 {
        try await server.number("""
            INSERT INTO users (tenant_id, domain_id, local_part, suspended, quota_bytes, quota_messages) VALUES ($1, $2, $3, $4, $5, $6)
            RETURNING user_id
            """, [.int8(id), .int8(domain), .text(localPart), .textArray(suspended), .optionalInt8(bytes), .optionalInt8(messages)])
    }

    func delete(user: Int64) async throws {
        _ = try await server.pool.query("DELETE FROM users WHERE tenant_id = $1 AND user_id = $2", [.int8(id), .int8(user)])
    }

    func alias(_ localPart: String, to target: String) async throws {
        _ = try await server.pool.query(
            "INSERT INTO aliases (tenant_id, domain_id, local_part, target) VALUES ($1, $2, $3, $4)",
            [.int8(id), .int8(domain), .text(localPart), .text(target)])
    }

    func group(_ localPart: String, posting: String = "anyone", owners: [String] = [], members: [String]) async throws {
        _ = try await server.pool.query(
            """
            WITH made AS (
                INSERT INTO groups (tenant_id, domain_id, local_part, posting, owners) VALUES ($1, $2, $3, $4, $5))
            INSERT INTO group_members SELECT $1, $2, $3, unnest($6::text[])
            """, [.int8(id), .int8(domain), .text(localPart), .text(posting), .textArray(owners), .textArray(members)])
    }

    func forward(_ user: Int64, to targets: [String], copy: Bool = true) async throws {
        _ = try await server.pool.query(
            """
            INSERT INTO user_forwards VALUES ($1, $2, $3, $4)
            ON CONFLICT (tenant_id, user_id) DO UPDATE SET targets = excluded.targets, keeps_copy = excluded.keeps_copy
            """, [.int8(id), .int8(user), .textArray(targets), .bool(copy)])
    }

    func domainAlias(_ name: String) async throws {
        _ = try await server.pool.query(
            "INSERT INTO domain_aliases (tenant_id, domain_id, name) VALUES ($1, $2, $3)", [.int8(id), .int8(domain), .text(name)])
    }

    /// Another domain, with nobody in it.
    func secondDomain() async throws -> Int64 {
        try await server.number(
            "INSERT INTO domains (tenant_id, name) VALUES ($1, $2) RETURNING domain_id", [.int8(id), .text("second.\(domainName)")])
    }

    /// As the control plane does it.
    func move(user: Int64, to domain: Int64) async throws {
        _ = try await server.pool.query(
            "UPDATE users SET domain_id = $3 WHERE tenant_id = $1 AND user_id = $2", [.int8(id), .int8(user), .int8(domain)])
    }

    /// Bytes and messages of a domain.
    func usage(of domain: Int64) async throws -> [Int64] {
        let found = try await server.pool.query("SELECT bytes, messages FROM domain_usage WHERE domain_id = $1", [.int8(domain)])
        return try found.first.map { [try $0.int8(0), try $0.int8(1)] } ?? []
    }

    var snapshotFolder: String { directory + "/snapshots" }

    func open() async throws -> TenantStore {
        try await TenantStore.open(
            tenant: id, database: server.cluster.configuration(database: server.database, user: role), blobDirectory: directory,
            snapshotFolder: snapshotFolder)
    }

    /// As another worker would that does not see our blobs: whoever had the lease has lost it.
    func takeLeaseAway() async throws {
        _ = try await server.pool.query("UPDATE leases SET epoch = epoch + 1 WHERE tenant_id = $1", [.int8(id)])
    }

    /// Lets no transaction of a store commit while `body` runs.
    @EventLoopActor
    func withoutCommits<R: Sendable>(_ body: @EventLoopActor () async throws -> R) async throws -> R {
        try await server.holding("SELECT 1 FROM leases WHERE tenant_id = $1 FOR UPDATE", [.int8(id)], body)
    }

    /// While `body` runs, whoever asks for a message's row waits.
    @EventLoopActor
    func withoutMessageRows(_ body: @EventLoopActor () async throws -> Void) async throws {
        let pool = PostgresPool(server.cluster.configuration(database: server.database), maximumConnections: 1)
        try await pool.transaction { transaction in
            _ = try await transaction.query("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")
            try await body()
        }
        await pool.close()
    }

    /// Returns when a transaction of a store waits for a lock.
    func waitForBlockedTransaction() async throws {
        while try await server.number(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND wait_event_type = 'Lock'", [.text(role)]) == 0 {}
    }

    /// Closes a store whose transactions cannot commit, and fails each that it tries until it gives up.
    @EventLoopActor
    func closeByForce(_ store: TenantStore) async {
        let killer = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(50))
                _ = try? await server.pool.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", [.text(role)])
            }
        }
        await store.close()
        killer.cancel()
        await killer.value
    }

    /// Opens a store, runs `body`, checks that usage is what the messages sum up to, and closes.
    @EventLoopActor
    func withStore<R: Sendable>(_ body: @EventLoopActor (TenantStore) async throws -> R) async throws -> R {
        let store = try await open()
        do {
            let result = try await body(store)
            await store.close()
            try await checkUsage()
            return result
        } catch {
            await store.close()
            throw error
        }
    }

    /// Rows whose usage is not the sum of what it counts.
    func checkUsage() async throws {
        let wrong = try await server.number("""
            SELECT count(*) FROM (
                SELECT 1 FROM user_usage u LEFT JOIN (
                    SELECT b.user_id, sum(m.size) AS bytes, count(*) AS messages
                    FROM messages m JOIN mailboxes b USING (tenant_id, mailbox_id) WHERE m.tenant_id = $1 GROUP BY 1) s USING (user_id)
                WHERE u.tenant_id = $1 AND (u.bytes, u.messages) <> (coalesce(s.bytes, 0), coalesce(s.messages, 0))
                UNION ALL SELECT 1 FROM domain_usage d WHERE tenant_id = $1 AND (bytes, messages) <> (
                    SELECT coalesce(sum(f.bytes), 0), coalesce(sum(f.messages), 0) FROM user_usage f JOIN users u USING (tenant_id, user_id)
                    WHERE u.tenant_id = $1 AND u.domain_id = d.domain_id)
                UNION ALL SELECT 1 FROM tenant_usage WHERE tenant_id = $1 AND (bytes, messages) <> (
                    SELECT coalesce(sum(size), 0), count(*) FROM messages WHERE tenant_id = $1)) wrong
            """, [.int8(id)])
        if wrong != 0 { throw UsageIsWrong(rows: wrong) }
    }

    struct UsageIsWrong: Error { let rows: Int64 }

    func users() async throws -> [Int64] {
        try await server.pool.query("SELECT user_id FROM users WHERE tenant_id = $1", [.int8(id)]).rows.map { try $0.int8(0) }
    }

    /// Cuts octets from the end of the newest segment.
    func tearLog(by octets: UInt64) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".segment") }.sorted()
        guard let name = names.last, let file = FileHandle(forUpdatingAtPath: "\(directory)/\(name)") else {
            throw CocoaError(.fileNoSuchFile)
        }
        try file.truncate(atOffset: try file.seekToEnd() - octets)
        try file.close()
    }

    func count(_ table: String) async throws -> Int64 {
        try await server.number("SELECT count(*) FROM \(table) WHERE tenant_id = $1", [.int8(id)])
    }
}

extension TestTenant.Server {
    /// Runs `body` inside a transaction that has run a statement.
    @EventLoopActor
    func holding<R: Sendable>(
        _ sql: String, _ parameters: [PostgresValue], _ body: @EventLoopActor () async throws -> R
    ) async throws -> R {
        let pool = PostgresPool(cluster.configuration(database: database), maximumConnections: 1)
        let result = try await pool.transaction { transaction in
            _ = try await transaction.query("SET LOCAL synchronous_commit = off")
            _ = try await transaction.query(sql, parameters)
            return try await body()
        }
        await pool.close()
        return result
    }

    func number(_ sql: String, _ parameters: [PostgresValue]) async throws -> Int64 {
        guard let row = try await pool.query(sql, parameters).first else { throw PostgresError(kind: .usage, message: "no row") }
        return try row.int8(0)
    }
}

/// A message of exactly `size` octets.
func message(_ size: Int = 200, _ subject: String = "Hello") -> [UInt8] {
    let head = Array("From: a@b.example\r\nSubject: \(subject)\r\n\r\n".utf8)
    return head + [UInt8](repeating: UInt8(ascii: "x"), count: max(0, size - head.count))
}

func deliveryID() -> [UInt8] { (0..<16).map { _ in UInt8.random(in: 0 ... .max) } }

/// With an `id`, earlier attempts may have been made.
func delivery(_ bytes: [UInt8] = message(), id: [UInt8]? = nil, to users: Int64...) -> Delivery {
    Delivery(
        id: id ?? deliveryID(), isFirstAttempt: id == nil, reversePath: "sender@remote.example", bytes: bytes,
        recipients: users.map { DeliveryRecipient(user: $0) })
}

/// The INBOX of a user, selected.
@EventLoopActor
func inbox(_ user: Int64, in store: TenantStore, readOnly: Bool = false) async throws -> (Account, Selection) {
    let account = try await store.account(of: user)
    guard let mailbox = account.mailbox(named: "INBOX") else { throw StoreError.noSuchMailbox }
    return (account, try await account.select(mailbox, readOnly: readOnly))
}

@EventLoopActor
func mailbox(_ name: String, of account: Account) throws -> Mailbox {
    guard let mailbox = account.mailbox(named: name) else { throw StoreError.noSuchMailbox }
    return mailbox
}

/// Delivers all at the same time; the first outcome of each.
@EventLoopActor
func deliverTogether(_ deliveries: [Delivery], in store: TenantStore) async -> [DeliveryOutcome?] {
    let tasks = deliveries.map { delivery in Task { await store.deliver(delivery).first } }
    var outcomes: [DeliveryOutcome?] = []
    for task in tasks { outcomes.append(await task.value) }
    return outcomes
}

extension DeliveryOutcome {
    var isStored: Bool { if case .stored = self { true } else { false } }
}

extension DeliveryOutcome? {
    var isStored: Bool { self?.isStored ?? false }
}
