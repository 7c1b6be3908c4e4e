import AdminAPI
import Postgres

extension Provisioning {
    /// Aliases as the interface shows them, by address.
    func aliases(at address: AliasAddress? = nil, domain: DomainName? = nil, tenant: TenantName? = nil) async throws -> [Alias] {
        let result = try await database.query(
            """
            SELECT a.local_part || '@' || d.name, t.name, array_agg(a.target ORDER BY a.target)
            FROM aliases a JOIN domains d USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            WHERE ($1::text IS NULL OR a.local_part = $1) AND ($2::text IS NULL OR d.name = $2) AND ($3::text IS NULL OR t.name = $3)
            GROUP BY d.name, a.local_part, t.name ORDER BY d.name, a.local_part
            """, [.optionalText(address?.localPart), .optionalText(address?.domain.text ?? domain?.text), .optionalText(tenant?.text)])
        return try result.rows.map { row in
            Alias(address: try row.name(0), tenant: try row.name(1), targets: try row.textArray(2).map { try TargetAddress($0) })
        }
    }

    func alias(_ address: AliasAddress) async throws -> Alias {
        guard let alias = try await aliases(at: address).first else { throw AdminError.noAlias(address) }
        return alias
    }
}
