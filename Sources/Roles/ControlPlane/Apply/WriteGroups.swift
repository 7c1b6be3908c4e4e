import AdminAPI
import FoundationEssentials
import Postgres

extension Provisioning {
    /// Makes groups and changes others, with all their members.
    func write(
        _ groups: [(address: EmailAddress, settings: GroupSettings, isNew: Bool)], of tenant: Int64, in transaction: PostgresTransaction
    ) async throws {
        let new = groups.filter(\.isNew), old = groups.filter { !$0.isNew }
        func parameters(_ groups: [(address: EmailAddress, settings: GroupSettings, isNew: Bool)]) throws -> [PostgresValue] {
            [
                .int8(tenant), .textArray(groups.map(\.address.domain.text)), .textArray(groups.map(\.address.localPart)),
                .textArray(groups.map(\.settings.posting.rawValue)),
                .textArray(try groups.map { String(decoding: try JSONEncoder().encode($0.settings.owners.map(\.text)), as: UTF8.self) }),
            ]
        }
        let given = "unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS g (domain, local_part, posting, owners)"
        let owners = "ARRAY(SELECT jsonb_array_elements_text(g.owners::jsonb))"
        if !new.isEmpty {
            let made = try await transaction.query(
                """
                INSERT INTO groups (tenant_id, domain_id, local_part, posting, owners)
                SELECT d.tenant_id, d.domain_id, g.local_part, g.posting, \(owners)
                FROM \(given) JOIN domains d ON d.tenant_id = $1 AND d.name = g.domain
                """, try parameters(new))
            try Self.expect(made.affected, new.count)
        }
        if !old.isEmpty {
            let changed = try await transaction.query(
                """
                UPDATE groups t SET posting = g.posting, owners = \(owners)
                FROM \(GivenAddresses.withKeys(given)) g WHERE \(GivenAddresses.isAt("t", "g"))
                """, try parameters(old))
            try Self.expect(changed.affected, old.count)
            try await removeMembers(of: old.map(\.address), in: tenant, transaction)
        }
        let members = groups.flatMap { group in group.settings.members.map { (group.address, $0) } }
        guard !members.isEmpty else { return }
        let joined = try await transaction.query(
            """
            INSERT INTO group_members (tenant_id, domain_id, local_part, address)
            SELECT d.tenant_id, d.domain_id, g.local_part, g.address
            FROM unnest($2::text[], $3::text[], $4::text[]) AS g (domain, local_part, address)
            JOIN domains d ON d.tenant_id = $1 AND d.name = g.domain
            """,
            [
                .int8(tenant), .textArray(members.map(\.0.domain.text)), .textArray(members.map(\.0.localPart)),
                .textArray(members.map(\.1.text)),
            ])
        try Self.expect(joined.affected, members.count)
    }

    private func removeMembers(of groups: [EmailAddress], in tenant: Int64, _ transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            """
            DELETE FROM group_members t USING \(GivenAddresses.keyed) g WHERE \(GivenAddresses.isAt("t", "g"))
            """, [.int8(tenant), .textArray(groups.map(\.domain.text)), .textArray(groups.map(\.localPart))])
    }
}
