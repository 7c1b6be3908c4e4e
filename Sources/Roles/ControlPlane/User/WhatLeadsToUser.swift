import AdminAPI
import Postgres

extension Provisioning {
    /// Aliases, groups by their members, and users by their forwards, that lead to an address without a step between, also with `+detail`
    /// and by another name of its domain: as far as the caller's part goes, and the first hundred.
    func whatLeads(
        to address: EmailAddress, in tenant: Int64, _ transaction: PostgresTransaction
    ) async throws -> [AliasAddress] {
        try await transaction.query(
            """
            SELECT DISTINCT s.local_part || '@' || d.name
            FROM (
                SELECT domain_id, local_part, target FROM aliases WHERE tenant_id = $1
                UNION ALL SELECT domain_id, local_part, address FROM group_members WHERE tenant_id = $1
                UNION ALL SELECT u.domain_id, u.local_part, unnest(f.targets)
                    FROM user_forwards f JOIN users u USING (tenant_id, user_id) WHERE tenant_id = $1
            ) s JOIN domains d ON d.tenant_id = $1 AND d.domain_id = s.domain_id
                CROSS JOIN LATERAL (SELECT lower(regexp_replace(s.target, '@[^@]*$', '')) AS local_part) t
            WHERE $2 IN (t.local_part, split_part(t.local_part, '+', 1))
                AND lower(substring(s.target FROM '[^@]*$')) IN (
                    SELECT $3
                    UNION ALL
                    SELECT n.name FROM domain_aliases n JOIN domains o USING (tenant_id, domain_id)
                    WHERE o.tenant_id = $1 AND o.name = $3)
                AND (s.local_part, d.name) <> ($2, $3)
            ORDER BY 1 LIMIT 100
            """, [.int8(tenant), .text(address.localPart), .text(address.domain.text)]
        ).rows.map { try $0.name(0) }
    }
}
