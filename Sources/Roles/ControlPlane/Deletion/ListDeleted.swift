import AdminAPI
import Postgres

extension Provisioning {
    /// `deleted list`.
    func listDeleted(_ request: AdminRequest<Nothing>) async throws -> [KeptDeletion] {
        try await keptDeletions(tenant: request.query.optional("tenant"))
    }

    /// What is deleted and kept, by name; domains that were deleted with their tenant are its.
    func keptDeletions(tenant: TenantName? = nil, named name: String? = nil) async throws -> [KeptDeletion] {
        try await change { transaction in try await keptDeletions(tenant: tenant, named: name, in: transaction) }
    }

    private func keptDeletions(
        tenant: TenantName?, named name: String?, in transaction: PostgresTransaction
    ) async throws -> [KeptDeletion] {
        try await showDeleted(in: transaction)
        let wanted: RowFilter = ["t.name": tenant?.text, "k.name": name]
        let found = try await transaction.query(
            "\(Self.kept) WHERE \(wanted.sql) ORDER BY t.name, k.rank, k.name, k.deleted_at DESC", wanted.parameters)
        try await hideDeleted(in: transaction)
        return try found.rows.map { row in
            KeptDeletion(
                level: KeptLevel(rawValue: try row.text(0)) ?? .tenant, name: try row.text(1), tenant: try row.name(2),
                deletedAt: try row.moment(3),
                keptUntil: try row.optionalTimestamp(4).map { Timestamp(microsecondsSince1970: $0) },
                deletedBy: try row.optionalText(5), usage: try Usage(row, 6), held: try row.bool(8))
        }
    }

    private static let kept = """
        SELECT k.level, k.name, t.name, k.deleted_at, k.kept_until, k.deleted_by, k.bytes, k.messages, EXISTS (
            SELECT FROM holds h LEFT JOIN users m ON m.tenant_id = h.tenant_id AND m.user_id = h.user_id WHERE h.tenant_id = k.tenant_id
                AND (\(HoldRule.covers(domain: "k.domain_id", user: "k.user_id")) OR k.level = 'tenant'
                    OR k.level = 'domain' AND m.domain_id = k.domain_id))
        FROM (
            SELECT 3 AS rank, 'user' AS level, u.local_part || '@' || d.name AS name, u.tenant_id, u.domain_id, u.user_id, u.deleted_at,
                u.kept_until, u.deleted_by, coalesce(f.bytes, 0) AS bytes, coalesce(f.messages, 0) AS messages
            FROM users u JOIN domains d USING (tenant_id, domain_id) LEFT JOIN user_usage f USING (tenant_id, user_id)
            WHERE u.deleted_at IS NOT NULL
            UNION ALL
            SELECT 2, 'domain', d.name, d.tenant_id, d.domain_id, NULL, d.deleted_at, d.kept_until, d.deleted_by,
                coalesce(f.bytes, 0), coalesce(f.messages, 0)
            FROM domains d LEFT JOIN domain_usage f USING (tenant_id, domain_id)
            WHERE d.deleted_at IS NOT NULL AND NOT d.deleted_with_tenant
            UNION ALL
            SELECT 1, 'tenant', t.name, t.tenant_id, NULL, NULL, t.deleted_at, t.kept_until, t.deleted_by,
                coalesce(sum(f.bytes), 0)::bigint, coalesce(sum(f.messages), 0)::bigint
            FROM tenants t LEFT JOIN domain_usage f USING (tenant_id) WHERE t.deleted_at IS NOT NULL GROUP BY t.tenant_id
            UNION ALL
            SELECT CASE a.kind WHEN 'alias' THEN 4 ELSE 5 END, a.kind, a.local_part || '@' || d.name, a.tenant_id, a.domain_id, NULL,
                a.deleted_at, a.kept_until, a.deleted_by, 0, 0
            FROM kept_addresses a JOIN domains d USING (tenant_id, domain_id)
        ) k JOIN tenants t USING (tenant_id)
        """

    /// For who asks why a name leads nowhere: that it is deleted, and how it comes back. nil: it is not.
    /// - Parameter levels: what it may have been; of several the one that was deleted last is meant.
    func keptNote(_ levels: KeptLevel..., of name: String) async throws -> (says: String, change: String)? {
        try await change { transaction in try await keptNote(levels, of: name, in: transaction) }
    }

    func keptNote(
        _ levels: [KeptLevel], of name: String, in transaction: PostgresTransaction
    ) async throws -> (says: String, change: String)? {
        let found = try await keptDeletions(tenant: nil, named: name, in: transaction).filter { levels.contains($0.level) }
        guard let kept = found.max(by: { $0.deletedAt < $1.deletedAt }) else { return nil }
        let until = kept.keptUntil.map { "kept until \($0)" } ?? "kept"
        return ("It was deleted at \(kept.deletedAt) and is \(until).", "\(kept.level.rawValue) undelete \(name)")
    }
}
