import AdminAPI
import Postgres

extension Provisioning {
    /// Has a tenant's aliases, groups and forwards lead elsewhere, those too that the caller does not administer, or that are deleted and
    /// kept: what leads to an address is to find it.
    /// - Parameters:
    ///   - domains: names that the targets in question have behind the @.
    ///   - destination: what a target becomes; nil: it stays.
    func changeTargets(
        at domains: [String], of tenant: Int64, in transaction: PostgresTransaction, _ destination: (TargetAddress) -> String?
    ) async throws {
        try await database.leavePart(in: transaction)
        let found = try await transaction.query(
            """
            SELECT DISTINCT target FROM (
                SELECT target FROM aliases WHERE tenant_id = $1
                UNION ALL SELECT address FROM group_members WHERE tenant_id = $1
                UNION ALL SELECT unnest(owners) FROM groups WHERE tenant_id = $1
                UNION ALL SELECT unnest(targets) FROM user_forwards WHERE tenant_id = $1
                UNION ALL SELECT unnest(targets || owners) FROM kept_addresses WHERE tenant_id = $1) AS targets (target)
            WHERE substring(target FROM '[^@]*$') = ANY ($2)
            """,
            [.int8(tenant), .textArray(domains)])
        var old: [String] = [], new: [String] = []
        for text in try found.rows.map({ try $0.text(0) }) {
            guard let target = try? TargetAddress(text), let changed = destination(target) else { continue }
            old.append(text)
            new.append(changed)
        }
        guard !old.isEmpty else { return }
        let changes: [PostgresValue] = [.int8(tenant), .textArray(old), .textArray(new)]
        // An alias, a group or a forward may lead to the new address already.
        _ = try await transaction.query(
            """
            WITH gone AS (
                DELETE FROM aliases a USING unnest($2::text[], $3::text[]) AS c (old, new)
                WHERE a.tenant_id = $1 AND a.target = c.old RETURNING a.tenant_id, a.domain_id, a.local_part, c.new)
            INSERT INTO aliases (tenant_id, domain_id, local_part, target) SELECT * FROM gone ON CONFLICT DO NOTHING
            """, changes)
        _ = try await transaction.query(
            """
            WITH gone AS (
                DELETE FROM group_members m USING unnest($2::text[], $3::text[]) AS c (old, new)
                WHERE m.tenant_id = $1 AND m.address = c.old RETURNING m.tenant_id, m.domain_id, m.local_part, c.new)
            INSERT INTO group_members (tenant_id, domain_id, local_part, address) SELECT * FROM gone ON CONFLICT DO NOTHING
            """, changes)
        let owners = """
            owners = ARRAY(
                SELECT coalesce(c.new, o.address) FROM unnest(owners) WITH ORDINALITY AS o (address, number)
                LEFT JOIN unnest($2::text[], $3::text[]) AS c (old, new) ON c.old = o.address ORDER BY o.number)
            """
        let targets = """
            targets = ARRAY(
                SELECT DISTINCT coalesce(c.new, t.address) FROM unnest(targets) AS t (address)
                LEFT JOIN unnest($2::text[], $3::text[]) AS c (old, new) ON c.old = t.address ORDER BY 1)
            """
        for statement in [
            "UPDATE groups SET \(owners) WHERE tenant_id = $1 AND owners && $2::text[]",
            "UPDATE user_forwards SET \(targets) WHERE tenant_id = $1 AND targets && $2::text[]",
            "UPDATE kept_addresses SET \(targets), \(owners) WHERE tenant_id = $1 AND (targets || owners) && $2::text[]",
        ] {
            _ = try await transaction.query(statement, changes)
        }
    }
}
