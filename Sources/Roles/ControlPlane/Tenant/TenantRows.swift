import AdminAPI
import Postgres

extension Provisioning {
    /// Tenants as the interface shows them, by name.
    func tenants(named name: TenantName? = nil) async throws -> [Tenant] {
        // What one tenant has is counted by the index; what all have, in one pass.
        let counts =
            name == nil
            ? """
            LEFT JOIN (
                SELECT tenant_id, count(*) AS domains, sum(users)::bigint AS users
                FROM domains LEFT JOIN (\(Self.usersOfDomains)) u USING (tenant_id, domain_id) GROUP BY tenant_id) n USING (tenant_id)
            """
            : """
            CROSS JOIN LATERAL (
                SELECT (SELECT count(*) FROM domains d WHERE d.tenant_id = t.tenant_id) AS domains,
                    (SELECT count(*) FROM users u JOIN domains d USING (tenant_id, domain_id) WHERE u.tenant_id = t.tenant_id) AS users) n
            """
        let kept = name == nil ? "NULL" : "(SELECT o.tenant_id FROM tenants o WHERE o.name = $1)"
        let wanted: RowFilter = ["t.name": name?.text]
        let result = try await database.query(
            """
            SELECT t.tenant_id, t.name, t.suspended, t.suspension_reason,
                effective_quota(t.quota_bytes, limit_number(t.planned || t.limits, 'storage'), NULL), t.quota_messages,
                coalesce(g.bytes, 0), coalesce(g.messages, 0), coalesce(n.domains, 0), coalesce(n.users, 0), t.created_at, t.plan,
                coalesce(k.bytes, 0), coalesce(k.messages, 0)
            FROM tenants t LEFT JOIN tenant_usage g USING (tenant_id) \(counts)
            LEFT JOIN (
                SELECT tenant_id, sum(bytes)::bigint AS bytes, sum(messages)::bigint AS messages FROM kept_usage(\(kept))
                GROUP BY tenant_id) k USING (tenant_id)
            WHERE \(wanted.sql) ORDER BY t.name
            """, wanted.parameters)
        return try result.rows.map { row in
            Tenant(
                id: try row.int8(0), name: try row.name(1), suspended: try row.suspended(2), suspensionReason: try row.reason(3),
                plan: try row.name(11), quota: try QuotaLimits(row, 4), usage: try Usage(row, 6), kept: try Usage(row, 12),
                domains: Int(try row.int8(8)), users: Int(try row.int8(9)), createdAt: try row.moment(10))
        }
    }

    /// The tenant's key.
    func find(_ name: TenantName, in transaction: PostgresTransaction) async throws -> Int64 {
        let found = try await transaction.query("SELECT tenant_id FROM tenants WHERE name = $1", [.text(name.text)])
        guard let id = try found.first?.int8(0) else { throw AdminError.noTenant(name) }
        return id
    }

    func tenant(_ name: TenantName) async throws -> Tenant {
        guard let tenant = try await tenants(named: name).first else { throw AdminError.noTenant(name) }
        return tenant
    }
}
