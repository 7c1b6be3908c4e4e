import AdminAPI
import Postgres

extension Provisioning {
    /// `quota check`: counts the messages again and compares, in one snapshot. Counters and messages change in one transaction,
    /// so they agree in every snapshot, also while mail is being delivered.
    func checkQuotas(_ request: AdminRequest<Nothing>) async throws -> QuotaCheck {
        let target: QuotaTarget? = try request.query.optional("target")
        return try await quotaCheck(target, listsAll: request.query["all"] == "true").check
    }

    /// What `quota check --repair` finds wrong.
    func countersToRepair(_ request: AdminRequest<QuotaRepair>) async throws -> CheckedQuotas {
        try await quotaCheck(request.body.target, listsAll: false)
    }

    /// `quota check --repair`: only a tenant's worker may write its counters, so it is asked to, and started for it if none runs.
    /// The answer tells what was wrong before.
    func repairQuotas(_ request: AdminRequest<QuotaRepair>, _ wrong: CheckedQuotas) async throws -> QuotaCheck {
        for tenant in wrong.tenants.sorted() {
            if let problem = await isRehearsal ? workers.obstacle(to: tenant) : workers.recountUsage(of: tenant) {
                throw AdminError(.unavailable, "The counters could not be set right: \(problem).", hint: "Try again in a few seconds.")
            }
        }
        var before = wrong.check
        guard !before.levels.isEmpty else { return before }
        if !isRehearsal {
            let after = try await quotaCheck(request.body.target, listsAll: false).check
            guard after.levels.isEmpty else { return after }
        }
        before.repaired = true
        return before
    }

    /// A comparison, and the tenants in which something differs.
    struct CheckedQuotas: Sendable {
        var check: QuotaCheck
        var tenants: Set<Int64>
    }

    private func quotaCheck(_ target: QuotaTarget?, listsAll: Bool) async throws -> CheckedQuotas {
        let scope = try await scope(of: target)
        let result = try await database.transaction(ofOneMoment: true) { transaction in
            try await transaction.query(Self.comparison, scope)
        }
        var compared = QuotaCheck.Compared(users: 0, domains: 0, tenants: 0)
        var levels: [QuotaComparison] = []
        var tenants: Set<Int64> = []
        for row in result.rows {
            let level = QuotaLevel(rawValue: try row.text(0)) ?? .tenant
            switch level {
            case .user: compared.users += 1
            case .domain: compared.domains += 1
            case .tenant: compared.tenants += 1
            }
            let comparison = QuotaComparison(
                level: level, name: try row.text(1), tenant: try row.name(3), counted: try Usage(row, 4), recounted: try Usage(row, 6))
            if !comparison.agrees { tenants.insert(try row.int8(2)) }
            if listsAll || !comparison.agrees { levels.append(comparison) }
        }
        return CheckedQuotas(check: QuotaCheck(compared: compared, levels: levels), tenants: tenants)
    }

    /// Parameters that narrow the comparison to the target and what is below it: tenant, domain, local part.
    private func scope(of target: QuotaTarget?) async throws -> [PostgresValue] {
        switch target {
        case nil: return [.optionalInt8(nil), .optionalText(nil), .optionalText(nil)]
        case .tenant(let name): return [.int8(try await tenant(name).id), .optionalText(nil), .optionalText(nil)]
        case .domain(let name):
            let domain = try await domain(name)
            return [.int8(try await tenant(domain.tenant).id), .text(name.text), .optionalText(nil)]
        case .user(let address):
            let user = try await user(address)
            return [.int8(try await tenant(user.tenant).id), .text(address.domain.text), .text(address.localPart)]
        }
    }

    /// A domain is compared with its users' messages, a tenant with its domains': each level by the messages themselves.
    private static let comparison = """
        WITH stored AS MATERIALIZED (
            SELECT u.tenant_id, u.domain_id, u.user_id, u.local_part, d.name AS domain_name,
                coalesce(sum(m.size), 0)::bigint AS bytes, count(m.uid) AS messages
            FROM users u JOIN domains d USING (tenant_id, domain_id)
                LEFT JOIN mailboxes b USING (tenant_id, user_id) LEFT JOIN messages m USING (tenant_id, mailbox_id)
            WHERE ($1::bigint IS NULL OR u.tenant_id = $1) AND ($2::text IS NULL OR d.name = $2)
                AND ($3::text IS NULL OR u.local_part = $3)
            GROUP BY u.tenant_id, u.domain_id, u.user_id, u.local_part, d.name),
        by_domain AS (
            SELECT tenant_id, domain_id, sum(bytes)::bigint AS bytes, sum(messages)::bigint AS messages
            FROM stored GROUP BY tenant_id, domain_id),
        by_tenant AS (
            SELECT tenant_id, sum(bytes)::bigint AS bytes, sum(messages)::bigint AS messages FROM stored GROUP BY tenant_id),
        compared AS (
            SELECT 3 AS rank, 'user' AS level, s.local_part || '@' || s.domain_name AS name, s.tenant_id,
                coalesce(f.bytes, 0) AS counted_bytes, coalesce(f.messages, 0) AS counted_messages, s.bytes, s.messages
            FROM stored s LEFT JOIN user_usage f USING (tenant_id, user_id)
            UNION ALL
            SELECT 2, 'domain', d.name, d.tenant_id, coalesce(f.bytes, 0), coalesce(f.messages, 0), coalesce(s.bytes, 0),
                coalesce(s.messages, 0)
            FROM domains d LEFT JOIN domain_usage f USING (tenant_id, domain_id) LEFT JOIN by_domain s USING (tenant_id, domain_id)
            WHERE ($1::bigint IS NULL OR d.tenant_id = $1) AND ($2::text IS NULL OR d.name = $2) AND $3::text IS NULL
            UNION ALL
            SELECT 1, 'tenant', t.name, t.tenant_id, coalesce(f.bytes, 0), coalesce(f.messages, 0), coalesce(s.bytes, 0),
                coalesce(s.messages, 0)
            FROM tenants t LEFT JOIN tenant_usage f USING (tenant_id) LEFT JOIN by_tenant s USING (tenant_id)
            WHERE ($1::bigint IS NULL OR t.tenant_id = $1) AND $2::text IS NULL)
        SELECT c.level, c.name, c.tenant_id, t.name, c.counted_bytes, c.counted_messages, c.bytes, c.messages
        FROM compared c JOIN tenants t USING (tenant_id) ORDER BY t.name, c.rank, c.name
        """
}
