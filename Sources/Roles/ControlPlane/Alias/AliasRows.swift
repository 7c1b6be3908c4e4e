import AdminAPI
import Postgres

extension Provisioning {
    /// Aliases as the interface shows them, by address.
    func aliases(at address: AliasAddress? = nil, domain: DomainName? = nil, tenant: TenantName? = nil) async throws -> [Alias] {
        let wanted = RowFilter(localPart: "a.local_part", of: address, domain: domain, tenant: tenant)
        let result = try await database.query(
            """
            SELECT a.local_part || '@' || d.name, t.name, array_agg(a.target ORDER BY a.target)
            FROM aliases a JOIN domains d USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            WHERE \(wanted.sql)
            GROUP BY d.name, a.local_part, t.name ORDER BY d.name, a.local_part
            """, wanted.parameters)
        return try result.rows.map { row in
            Alias(address: try row.name(0), tenant: try row.name(1), targets: try row.textArray(2).map { try TargetAddress($0) })
        }
    }

    func alias(_ address: AliasAddress) async throws -> Alias {
        guard let alias = try await aliases(at: address).first else { throw AdminError.noAlias(address) }
        return alias
    }
}
