import AdminAPI
import Cryptography
import FoundationEssentials
import MailSettings
import Postgres
import Quantities

/// A tenant as the database has it: its state, and what else a change of it needs to know.
struct TenantReading: Sendable {
    /// Of a user, beside the settings.
    struct UserFacts: Sendable {
        var id: Int64
        var usage: Usage
        /// When the password was set, as PostgreSQL counts; logging in with it changes nothing here.
        var passwordSet: Int64?
    }

    var id: Int64
    var state: TenantState
    /// What the plan that it has limits.
    var planned: LimitSet
    var usage: Usage
    var domainUsage: [DomainName: Usage] = [:]
    var users: [EmailAddress: UserFacts] = [:]

    var numbers: [EmailAddress: Int64] { users.mapValues(\.id) }

    /// What is still to be made: it is as anything new.
    static let absent = TenantReading(id: 0, state: TenantState(), planned: LimitSet(), usage: .none)

    /// - Parameter hashes: what a desired state says of users' passwords. Who has logged in since with the same one has it still.
    init(_ rows: Rows, hashes: [EmailAddress: String]) throws {
        let tenant = rows.tenant
        (id, planned, usage) = (try tenant.int8(0), try tenant.limits(1), try Usage(tenant, 2))
        let settings = TenantSettings(
            plan: try tenant.name(4), quota: try StoredQuota(tenant, 5, at: .tenant), limits: try tenant.ownLimits(7),
            suspension: StoredSuspension(what: try tenant.suspended(8), reason: try tenant.reason(9)))
        state = TenantState(settings: settings)
        for row in rows.domains {
            let name: DomainName = try row.name(0)
            state.domains[name] = DomainSettings(
                quota: try StoredQuota(row, 1, at: .domain), mtaSTS: MTASTSMode(rawValue: try row.text(5)) ?? .off,
                keys: try row.optionalText(6).flatMap { DomainSettings.Keys(rawValue: $0) } ?? .absent)
            domainUsage[name] = try Usage(row, 3)
        }
        for row in rows.domainAliases { state.domainAliases[try row.name(0)] = try row.name(1) }
        for row in rows.aliases { state.aliases[try row.name(0)] = try row.textArray(1).map { try TargetAddress($0) }.sorted() }
        for row in rows.groups {
            state.groups[try row.name(0)] = GroupSettings(
                posting: PostingRule(rawValue: try row.text(1)) ?? .owners, owners: try row.textArray(2).map { try TargetAddress($0) },
                members: try row.textArray(3).map { try TargetAddress($0) })
        }
        for row in rows.users { try add(row, hashes) }
        for row in rows.members {
            let grant = SharedGrant(rights: SharedRights(rawValue: try row.text(2)) ?? .read, sends: try row.bool(3))
            state.users[try row.name(0)]?.members?[try row.name(1)] = grant
        }
    }

    private init(id: Int64, state: TenantState, planned: LimitSet, usage: Usage) {
        (self.id, self.state, self.planned, self.usage) = (id, state, planned, usage)
    }

    private mutating func add(_ row: PostgresRow, _ hashes: [EmailAddress: String]) throws {
        let address: EmailAddress = try row.name(0)
        var hash = try row.optionalText(7)
        if let written = hashes[address], let applied = try row.optionalBytes(8) {
            if applied == (try Cryptography.sha256(Array(written.utf8))) { hash = written }
        }
        state.users[address] = UserSettings(
            quota: try StoredQuota(row, 2, at: .user), limits: try row.ownLimits(4),
            suspension: StoredSuspension(what: try row.suspended(5), reason: try row.reason(6)),
            password: hash.map { .hash($0) } ?? .none,
            passwordChangeBy: try row.optionalTimestamp(12).map { Timestamp(microsecondsSince1970: $0) },
            vacation: try row.vacation(13), forward: try row.forward(19), members: try row.bool(18) ? [:] : nil)
        users[address] = UserFacts(id: try row.int8(1), usage: try Usage(row, 10), passwordSet: try row.optionalTimestamp(9))
    }

    /// What comes from the database.
    struct Rows: Sendable {
        var tenant: PostgresRow
        var domains: [PostgresRow]
        var domainAliases: [PostgresRow]
        var aliases: [PostgresRow]
        var users: [PostgresRow]
        var groups: [PostgresRow]
        /// Of shared mailboxes.
        var members: [PostgresRow]
    }
}

extension Provisioning {
    /// - Parameter locked: other applies, and whoever makes something or changes what is in a domain, wait until the transaction ends.
    /// - Returns: nil when there is no such tenant.
    func readTenant(
        _ name: TenantName, hashes: [EmailAddress: String] = [:], locked: Bool, in transaction: PostgresTransaction
    ) async throws -> TenantReading? {
        let found = try await transaction.query("SELECT tenant_id FROM tenants WHERE name = $1", [.text(name.text)])
        guard let id = try found.first?.int8(0) else { return nil }
        let locked = locked ? try await lock(id, in: transaction) : nil
        let results = try await transaction.pipeline(TenantReading.statements.map { PostgresStatement($0, [.int8(id)]) })
        guard results.count == TenantReading.statements.count, let tenant = results[0].first else { return nil }
        // One that came before the tenant's row was locked may be changed still.
        if let locked, results[1].rows.count != locked { throw Self.moved }
        let rows = TenantReading.Rows(
            tenant: tenant, domains: results[1].rows, domainAliases: results[2].rows, aliases: results[3].rows,
            users: results[4].rows, groups: results[5].rows, members: results[6].rows)
        return try await TenantReading.reading(rows, hashes)
    }

    /// The domains first, then the tenant, as whoever makes something in a domain.
    /// - Returns: how many domains there are.
    private func lock(_ tenant: Int64, in transaction: PostgresTransaction) async throws -> Int {
        let domains = try await transaction.query(
            "SELECT 1 FROM domains WHERE tenant_id = $1 ORDER BY domain_id FOR NO KEY UPDATE", [.int8(tenant)])
        try await room(for: .users, of: tenant, in: transaction)
        return domains.rows.count
    }
}

extension TenantReading {
    /// Away from the event loop: a tenant may have tens of thousands of users.
    @concurrent fileprivate static func reading(_ rows: Rows, _ hashes: [EmailAddress: String]) async throws -> TenantReading {
        try TenantReading(rows, hashes: hashes)
    }

    fileprivate static let statements = [
        """
        SELECT t.tenant_id, t.planned::text, coalesce(g.bytes, 0), coalesce(g.messages, 0), t.plan, t.quota_bytes, t.quota_messages,
            t.limits::text, t.suspended, t.suspension_reason
        FROM tenants t LEFT JOIN tenant_usage g USING (tenant_id) WHERE t.tenant_id = $1
        """,
        """
        SELECT d.name, d.quota_bytes, d.quota_messages, coalesce(g.bytes, 0), coalesce(g.messages, 0), d.mta_sts, (
            SELECT min(k.state) FROM dkim_keys k  -- active before waiting
            WHERE k.tenant_id = d.tenant_id AND k.domain_id = d.domain_id AND k.alias IS NULL AND k.state <> 'retired')
        FROM domains d LEFT JOIN domain_usage g USING (tenant_id, domain_id) WHERE d.tenant_id = $1
        """,
        "SELECT a.name, d.name FROM domain_aliases a JOIN domains d USING (tenant_id, domain_id) WHERE a.tenant_id = $1",
        """
        SELECT a.local_part || '@' || d.name, array_agg(a.target) FROM aliases a JOIN domains d USING (tenant_id, domain_id)
        WHERE a.tenant_id = $1 GROUP BY d.name, a.local_part
        """,
        """
        SELECT u.local_part || '@' || d.name, u.user_id, u.quota_bytes, u.quota_messages, u.limits::text, u.suspended, u.suspension_reason,
            c.hash, c.applied, c.changed_at, coalesce(g.bytes, 0), coalesce(g.messages, 0), c.change_by,
            v.subject, v.body, v.first_day::text, v.last_day::text, v.days::bigint, u.shared, f.targets,
            f.keeps_copy
        FROM users u JOIN domains d USING (tenant_id, domain_id) LEFT JOIN credentials c USING (tenant_id, user_id)
        LEFT JOIN user_usage g USING (tenant_id, user_id) LEFT JOIN vacations v USING (tenant_id, user_id)
        LEFT JOIN user_forwards f USING (tenant_id, user_id) WHERE u.tenant_id = $1
        """,
        """
        SELECT g.local_part || '@' || d.name, g.posting, g.owners, ARRAY(
            SELECT m.address FROM group_members m WHERE (m.tenant_id, m.domain_id, m.local_part) = (g.tenant_id, g.domain_id, g.local_part))
        FROM groups g JOIN domains d USING (tenant_id, domain_id) WHERE g.tenant_id = $1
        """,
        """
        SELECT s.local_part || '@' || d.name, m.local_part || '@' || o.name, a.rights, a.sends
        FROM shared_access a JOIN users s USING (tenant_id, user_id) JOIN domains d USING (tenant_id, domain_id)
        JOIN users m ON m.tenant_id = a.tenant_id AND m.user_id = a.member_id
        JOIN domains o ON o.tenant_id = m.tenant_id AND o.domain_id = m.domain_id WHERE a.tenant_id = $1
        """,
    ]
}

extension StoredQuota {
    /// As `quota_bytes` and `quota_messages` hold it.
    init(_ row: PostgresRow, _ column: Int, at level: QuotaLevel) throws(PostgresError) {
        let bytes: LimitChange<ByteCount>
        switch try row.optionalInt8(column) {
        case nil: bytes = level == .domain ? .unlimited : .planned
        case -1: bytes = .unlimited
        case let number?: bytes = .to(ByteCount(number))
        }
        self.init(bytes: bytes, messages: try row.optionalInt8(column + 1).map { .to($0) } ?? .unlimited)
    }
}

extension PostgresRow {
    /// Mostly there is none.
    fileprivate func vacation(_ column: Int) throws -> NewVacation? {
        guard let subject = try optionalText(column) else { return nil }
        return NewVacation(
            subject: subject, text: try text(column + 1), from: try optionalText(column + 2).map { try Day($0) },
            until: try optionalText(column + 3).map { try Day($0) }, days: Int(try int8(column + 4)))
    }

    /// Mostly there is none.
    fileprivate func forward(_ column: Int) throws -> NewForward? {
        guard let targets = try optionalTextArray(column) else { return nil }
        return NewForward(to: try targets.map { try TargetAddress($0) }, copy: try bool(column + 1))
    }

    /// Mostly there are none.
    fileprivate func ownLimits(_ column: Int) throws -> LimitSet { try text(column) == "{}" ? LimitSet() : try limits(column) }
}
