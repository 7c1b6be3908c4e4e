import Postgres
import Runtime

/// Reading usage and limits: all domains at once, users when they are first needed, everything again when provisioning changed.
extension TenantStore {
    /// Returns when the ledger knows this user and is up to date.
    func loadQuota(of user: Int64) async throws(StoreError) {
        while true {
            if ledger.generation != directory.generation {
                try await reloadQuotas()
                continue
            }
            if ledger.users[user] != nil { return }
            let (generation, moment) = (directory.generation, ledger.moment)
            let loaded = try await readUsers([user] + expected(beside: user))
            guard loaded[user] != nil else { throw .noSuchUser }
            guard generation == directory.generation, moment == ledger.moment else { continue }
            // Who came into the ledger meanwhile may have changed since these were read.
            for (id, found) in loaded where ledger.users[id] == nil {
                if found.domain.map({ ledger.domains[$0] != nil }) ?? true {
                    ledger.insert(found, id: id)
                } else if id == user {
                    directoryChanged()  // a domain that nobody told us of yet
                }
            }
        }
    }

    /// Users whose addresses are known: mail comes for them too, and their figures come with the same question.
    private func expected(beside user: Int64) -> [Int64] {
        Array(directory.found.lazy.filter { [ledger] in $0 != user && ledger.users[$0] == nil }.prefix(Directory.readAheadLimit))
    }

    private func readUsers(_ users: [Int64]) async throws(StoreError) -> [Int64: QuotaLedger.User] {
        let result = try await database.query(Self.userFigures, [.int8(tenant), .int8Array(users)])
        return try StoreError.reading { () throws(PostgresError) in
            var figures: [Int64: QuotaLedger.User] = [:]
            for row in result.rows { figures[try row.int8(0)] = try Self.user(row) }
            return figures
        }
    }

    /// Of a user who is deleted, or whose domain is, without the domain. One user after the other: without statistics, PostgreSQL would
    /// join all of the tenant for a few of its users.
    static let userFigures = """
        SELECT u.user_id, d.domain_id, \(QuotaSQL.user), u.quota_messages, coalesce(f.bytes, 0), coalesce(f.messages, 0)
        FROM tenant_limits($1) AS effective, unnest($2::bigint[]) AS wanted,
            LATERAL (
                SELECT user_id, domain_id, quota_bytes, quota_messages, deleted_at
                FROM users WHERE tenant_id = $1 AND user_id = wanted OFFSET 0) u
            LEFT JOIN LATERAL (
                SELECT domain_id FROM domains WHERE tenant_id = $1 AND domain_id = u.domain_id AND u.deleted_at IS NULL OFFSET 0) d ON true
            LEFT JOIN LATERAL (SELECT bytes, messages FROM user_usage WHERE tenant_id = $1 AND user_id = u.user_id OFFSET 0) f ON true
        """

    private static func user(_ row: PostgresRow) throws(PostgresError) -> QuotaLedger.User {
        QuotaLedger.User(domain: try row.optionalInt8(1), level: try level(row, from: 2))
    }

    private static func level(_ row: PostgresRow, from column: Int) throws(PostgresError) -> QuotaLedger.Level {
        QuotaLedger.Level(
            usage: QuotaUsage(bytes: try row.int8(column + 2), messages: try row.int8(column + 3)),
            limits: QuotaLimits(bytes: try row.optionalInt8(column), messages: try row.optionalInt8(column + 1)))
    }

    /// Brings the sums of domains and tenant in line with their users (some may have been deleted) and reads all limits, in a
    /// transaction with nothing before it but messages that come in: so what is read is what is true.
    private func reloadQuotas() async throws(StoreError) {
        let alignment: Int? = try await queue.perform(alone: true) { [self] batch throws(StoreError) in
            if ledger.generation == directory.generation { return nil }  // somebody else did it while this waited
            return align(in: batch, first: [])
        }
        if let alignment, !ledger.hasTaken(alignment) { throw .unavailable(reason: "usage and limits could not be read") }
    }

    /// Counts again what every user has stored and sets the counters of all levels right, in the same way: no write of this
    /// tenant is under way meanwhile and nobody else writes, so the count is exact under load too, and memory follows it.
    public func recountUsage() async throws(StoreError) {
        let alignment = try await queue.perform(alone: true) { [self] batch throws(StoreError) in
            align(in: batch, first: [PostgresStatement(Self.alignUsers, [.int8(tenant)])])
        }
        guard ledger.hasTaken(alignment) else { throw .unavailable(reason: "usage was not recounted") }
        warnings?.everythingChanged(after: .zero)
    }

    /// Follows users that were moved from one domain to another: the same with what the users' counters say, so without counting messages.
    public func alignUsage() async throws(StoreError) {
        directoryChanged()
        try await reloadQuotas()
    }

    /// - Parameter first: what is run before the sums are made.
    /// - Returns: its number in the ledger, which has taken it when the batch is committed.
    private func align(in batch: WriteBatch, first: [PostgresStatement]) -> Int {
        let (generation, number) = (directory.generation, ledger.beginAlignment())
        let tenantID = PostgresValue.int8(tenant)
        for statement in first { batch.run(after: statement) }
        batch.run(after: PostgresStatement(Self.alignDomains, [tenantID]))
        batch.run(after: PostgresStatement(Self.alignTenant, [tenantID]))
        batch.run(after: PostgresStatement(Self.tenantFigures, [tenantID]))
        batch.run(after: PostgresStatement(Self.domainFigures, [tenantID]))
        batch.run(after: PostgresStatement(Self.userFigures, [tenantID, .int8Array(Array(ledger.users.keys))]))
        batch.onCommit { [self] batch in
            if (try? takeFigures(Array(batch.afterResults.suffix(3)))) != nil { ledger.endAlignment(number, at: generation) }
        }
        return number
    }

    private func takeFigures(_ results: [PostgresResult]) throws(PostgresError) {
        guard results.count == 3, let row = results[0].first else {
            throw PostgresError(kind: .usage, message: "the tenant has no row")
        }
        let tenantLevel = try Self.level(row, from: 0)
        var domains: [Int64: QuotaLedger.Level] = [:]
        for row in results[1].rows { domains[try row.int8(0)] = try Self.level(row, from: 1) }
        var users: [Int64: QuotaLedger.User] = [:]
        for row in results[2].rows { users[try row.int8(0)] = try Self.user(row) }
        ledger.replace(tenant: tenantLevel, domains: domains, users: users)
    }

    /// A user without mail and without a counter needs none.
    private static let alignUsers = """
        INSERT INTO user_usage AS f (tenant_id, user_id, bytes, messages)
        SELECT $1, u.user_id, coalesce(sum(m.size), 0)::bigint, count(m.uid)
        FROM users u LEFT JOIN mailboxes b ON b.tenant_id = $1 AND b.user_id = u.user_id
            LEFT JOIN messages m ON m.tenant_id = $1 AND m.mailbox_id = b.mailbox_id
        WHERE u.tenant_id = $1 GROUP BY u.user_id
        HAVING count(m.uid) > 0 OR EXISTS (SELECT FROM user_usage k WHERE k.tenant_id = $1 AND k.user_id = u.user_id)
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET bytes = excluded.bytes, messages = excluded.messages
            WHERE f.bytes <> excluded.bytes OR f.messages <> excluded.messages
        """

    private static let alignDomains = """
        INSERT INTO domain_usage AS d (tenant_id, domain_id, bytes, messages)
        SELECT $1, o.domain_id, coalesce(sum(f.bytes), 0)::bigint, coalesce(sum(f.messages), 0)::bigint
        FROM domains o LEFT JOIN users u ON u.tenant_id = o.tenant_id AND u.domain_id = o.domain_id AND u.deleted_at IS NULL
            LEFT JOIN user_usage f ON f.tenant_id = u.tenant_id AND f.user_id = u.user_id
        WHERE o.tenant_id = $1 GROUP BY o.domain_id
        ON CONFLICT (tenant_id, domain_id) DO UPDATE SET bytes = excluded.bytes, messages = excluded.messages
            WHERE d.bytes <> excluded.bytes OR d.messages <> excluded.messages
        """

    private static let alignTenant = """
        INSERT INTO tenant_usage AS t (tenant_id, bytes, messages)
        SELECT $1, coalesce(sum(f.bytes), 0)::bigint, coalesce(sum(f.messages), 0)::bigint
        FROM users u JOIN domains d USING (tenant_id, domain_id) JOIN user_usage f USING (tenant_id, user_id)
        WHERE u.tenant_id = $1 AND u.deleted_at IS NULL
        ON CONFLICT (tenant_id) DO UPDATE SET bytes = excluded.bytes, messages = excluded.messages
            WHERE t.bytes <> excluded.bytes OR t.messages <> excluded.messages
        """

    private static let tenantFigures = """
        SELECT \(QuotaSQL.tenant), t.quota_messages, coalesce(f.bytes, 0), coalesce(f.messages, 0)
        FROM tenants t LEFT JOIN tenant_usage f USING (tenant_id), tenant_limits($1) AS effective WHERE t.tenant_id = $1
        """

    private static let domainFigures = """
        SELECT d.domain_id, d.quota_bytes, d.quota_messages, coalesce(f.bytes, 0), coalesce(f.messages, 0)
        FROM domains d LEFT JOIN domain_usage f USING (tenant_id, domain_id) WHERE d.tenant_id = $1
        """
}
