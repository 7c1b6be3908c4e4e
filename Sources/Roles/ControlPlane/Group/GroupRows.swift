import AdminAPI
import Postgres

extension Provisioning {
    /// Groups as lists show them, without their members, by address.
    func groups(domain: DomainName? = nil, tenant: TenantName? = nil, at address: EmailAddress? = nil) async throws -> [Group] {
        let wanted = RowFilter(localPart: "g.local_part", of: address, domain: domain, tenant: tenant)
        let result = try await database.query(
            """
            SELECT g.local_part || '@' || d.name, t.name, g.posting, g.owners,
                (SELECT count(*) FROM group_members m WHERE (m.tenant_id, m.domain_id, m.local_part)
                    = (g.tenant_id, g.domain_id, g.local_part))
            FROM groups g JOIN domains d USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            WHERE \(wanted.sql)
            ORDER BY d.name, g.local_part
            """, wanted.parameters)
        return try result.rows.map { row in
            Group(
                address: try row.name(0), tenant: try row.name(1), posting: PostingRule(rawValue: try row.text(2)) ?? .owners,
                owners: try row.textArray(3).map { try TargetAddress($0) }, memberCount: Int(try row.int8(4)))
        }
    }

    /// One with its members.
    func group(_ address: EmailAddress) async throws -> Group {
        guard var group = try await groups(at: address).first else { throw AdminError.noGroup(address) }
        let members = try await database.query(
            """
            SELECT m.address FROM group_members m JOIN domains d USING (tenant_id, domain_id) WHERE d.name = $1 AND m.local_part = $2
            ORDER BY m.address
            """, [.text(address.domain.text), .text(address.localPart)])
        let addresses = try members.rows.map { try TargetAddress(try $0.text(0)) }
        (group.members, group.memberCount) = (addresses, addresses.count)
        return group
    }
}

/// Where a group, or an alias, is.
package struct GroupPlace: Sendable, Hashable {
    package var tenant: Int64
    package var domain: Int64
    package var localPart: String

    package init(tenant: Int64, domain: Int64, localPart: String) {
        (self.tenant, self.domain, self.localPart) = (tenant, domain, localPart)
    }

    /// As `tenant_id`, `domain_id`, `local_part`.
    var parameters: [PostgresValue] { [.int8(tenant), .int8(domain), .text(localPart)] }
}

extension AdminError {
    static func noGroup(_ address: some ValidatedText) -> AdminError {
        AdminError(.notFound, "There is no group \(address).", hint: "`group list` shows all.")
    }
}
