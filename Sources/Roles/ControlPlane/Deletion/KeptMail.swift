import AdminAPI
import Postgres
import Quantities

/// Mail of deleted users and domains, which is kept, takes disk, and counts in no quota (`Migrations/0046_kept_mail.sql`).
extension Provisioning {
    /// Refuses that who administers a part of the platform has more of it kept than could be stored, in the tenant or in a domain: who
    /// makes users, has them filled and deletes them, again and again, would fill the disk.
    /// - Parameter users: who would be deleted and kept. Who has no mail may always be.
    func requireRoomForKeptMail(of users: [Int64], in tenant: Int64, _ transaction: PostgresTransaction) async throws {
        guard !users.isEmpty else { return }
        // Nobody else's deletion comes between.
        try await room(for: .users, of: tenant, in: transaction)
        let beyond = try await transaction.query(Self.keptBeyond, [.int8(tenant), .int8Array(users)])
        guard let row = beyond.first else { return }
        throw AdminError(
            .conflict,
            "\(ByteCount(try row.int8(3))) of deleted users' mail would be kept, and the storage of the \(try row.text(0)) "
                + "\(try row.text(1)) is limited to \(ByteCount(try row.int8(2))).",
            hint: "`user delete ADDRESS --now` destroys at once, and for ever, what no legal hold keeps, also who is deleted already "
                + "(`deleted list`); or ask those who run the platform.")
    }

    /// The first level that would keep more than its limit on storage.
    private static let keptBeyond = """
        WITH kept AS MATERIALIZED (
            SELECT domain_id, bytes, false AS goes FROM kept_usage($1)
            UNION ALL
            SELECT u.domain_id, f.bytes, f.bytes > 0 FROM users u JOIN user_usage f USING (tenant_id, user_id)
            WHERE u.tenant_id = $1 AND u.user_id = ANY ($2) AND u.deleted_at IS NULL)
        SELECT 'domain', d.name, d.quota_bytes, sum(k.bytes)::bigint
        FROM domains d JOIN kept k USING (domain_id) WHERE d.tenant_id = $1
        GROUP BY d.name, d.quota_bytes HAVING bool_or(k.goes) AND sum(k.bytes) > d.quota_bytes
        UNION ALL
        SELECT 'tenant', t.name, l.allowed, k.bytes
        FROM tenants t
            CROSS JOIN LATERAL (
                SELECT effective_quota(t.quota_bytes, limit_number(t.planned || t.limits, 'storage'), NULL) AS allowed) l
            CROSS JOIN (SELECT sum(bytes)::bigint AS bytes, bool_or(goes) AS goes FROM kept) k
        WHERE t.tenant_id = $1 AND k.goes AND k.bytes > l.allowed
        ORDER BY 1, 2 LIMIT 1
        """

    /// What is kept of users who were in a domain.
    func keptMail(of tenant: Int64, in domain: DomainName) async throws -> Usage {
        let found = try await database.query(
            """
            SELECT coalesce(sum(k.bytes), 0)::bigint, coalesce(sum(k.messages), 0)::bigint
            FROM kept_usage($1) k JOIN domains d USING (tenant_id, domain_id) WHERE d.name = $2
            """, [.int8(tenant), .text(domain.text)])
        return try found.first.map { try Usage($0, 0) } ?? .none
    }
}
