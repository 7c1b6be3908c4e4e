import AdminAPI
import Postgres

extension Provisioning {
    /// Domains as the interface shows them, by name.
    func domains(named name: DomainName? = nil, tenant: TenantName? = nil) async throws -> [Domain] {
        let result = try await database.query(
            """
            SELECT d.name, t.name, d.quota_bytes, d.quota_messages, coalesce(g.bytes, 0), coalesce(g.messages, 0),
                (SELECT count(*) FROM users u WHERE u.tenant_id = d.tenant_id AND u.domain_id = d.domain_id), d.created_at,
                d.proof, d.vouched_by, d.proved_at
            FROM domains d JOIN tenants t USING (tenant_id) LEFT JOIN domain_usage g USING (tenant_id, domain_id)
            WHERE ($1::text IS NULL OR d.name = $1) AND ($2::text IS NULL OR t.name = $2) ORDER BY d.name
            """, [.optionalText(name?.text), .optionalText(tenant?.text)])
        return try result.rows.map { row in
            Domain(
                name: try row.name(0), tenant: try row.name(1), proof: DomainProof(rawValue: try row.text(8)) ?? .vouched,
                vouchedBy: try row.optionalText(9),
                provedAt: try row.optionalTimestamp(10).map { Timestamp(microsecondsSince1970: $0) },
                quota: try QuotaLimits(row, 2), usage: try Usage(row, 4), users: Int(try row.int8(6)), createdAt: try row.moment(7))
        }
    }

    func domain(_ name: DomainName) async throws -> Domain {
        guard let domain = try await domains(named: name).first else { throw AdminError.noDomain(name) }
        return domain
    }

    /// Names are asked of the whole platform: that a domain is here, any mail server may ask. Whose it is, a part does not show.
    func domainExists(_ name: DomainName) async throws -> Bool {
        try await !database.pool.query("SELECT 1 FROM domains WHERE name = $1", [.text(name.text)]).isEmpty
    }

    func existsAlready(_ name: DomainName, hint: String? = nil) async throws -> AdminError {
        let owner = try await domains(named: name).first?.tenant
        return AdminError(.alreadyExists, "The domain \(name) exists already\(owner.map { ", with tenant \($0)" } ?? "").", hint: hint)
    }

    /// For lists: a filter that names nothing is a mistake, not an empty list.
    func checkFilters(tenant: TenantName?, domain: DomainName? = nil) async throws {
        if let tenant { _ = try await self.tenant(tenant) }
        if let domain { _ = try await self.domain(domain) }
    }

    /// The domain's keys; its row stays as it is until the transaction ends.
    func lockDomain(_ name: DomainName, in transaction: PostgresTransaction) async throws -> (tenant: Int64, domain: Int64) {
        let found = try await transaction.query(
            "SELECT tenant_id, domain_id FROM domains WHERE name = $1 FOR NO KEY UPDATE", [.text(name.text)])
        guard let row = found.first else { throw AdminError.noDomain(name) }
        return (try row.int8(0), try row.int8(1))
    }
}
