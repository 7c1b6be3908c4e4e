import AdminAPI
import Postgres

extension Provisioning {
    /// Users as the interface shows them, by address.
    /// - Parameter shared: whether shared mailboxes are meant; nil: also them.
    func users(
        at address: EmailAddress? = nil, domain: DomainName? = nil, tenant: TenantName? = nil, shared: Bool? = nil
    ) async throws -> [User] {
        var wanted = RowFilter(localPart: "u.local_part", of: address, domain: domain, tenant: tenant)
        wanted.require("u.shared", shared.map { .bool($0) })
        let result = try await database.query(
            """
            SELECT u.local_part || '@' || d.name, t.name, u.suspended, u.suspension_reason,
                c.user_id IS NOT NULL,
                effective_quota(
                    u.quota_bytes, limit_number(t.planned || t.limits, 'userQuota'),
                    limit_number(t.planned || t.limits, 'largestUserQuota')),
                u.quota_messages, coalesce(g.bytes, 0), coalesce(g.messages, 0), u.created_at,
                c.changed_at, c.change_by, o.user_id IS NOT NULL, u.shared
            FROM users u JOIN domains d USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            LEFT JOIN user_usage g USING (tenant_id, user_id) LEFT JOIN credentials c USING (tenant_id, user_id)
            LEFT JOIN one_time_passwords o USING (tenant_id, user_id)
            WHERE \(wanted.sql)
            ORDER BY d.name, u.local_part
            """, wanted.parameters)
        return try result.rows.map { row in
            User(
                address: try row.name(0), tenant: try row.name(1), suspended: try row.suspended(2), suspensionReason: try row.reason(3),
                hasPassword: try row.bool(4), passwordChangedAt: try row.optionalMoment(10),
                passwordChangeDue: try row.optionalMoment(11), hasOneTimePasswords: try row.bool(12), quota: try QuotaLimits(row, 5),
                usage: try Usage(row, 7), createdAt: try row.moment(9), shared: try row.bool(13) ? true : nil)
        }
    }

    func user(_ address: EmailAddress) async throws -> User {
        guard let user = try await users(at: address).first else { throw AdminError.noUser(address) }
        return user
    }

    /// The user's keys.
    func find(_ address: EmailAddress, in transaction: PostgresTransaction) async throws -> (tenant: Int64, user: Int64) {
        guard let keys = try await findIfThere(address, in: transaction) else { throw AdminError.noUser(address) }
        return keys
    }

    /// - Parameter shared: whether a shared mailbox is meant; nil: also one.
    func findIfThere(
        _ address: EmailAddress, shared: Bool? = nil, in transaction: PostgresTransaction
    ) async throws -> (tenant: Int64, user: Int64)? {
        let found = try await transaction.query(
            """
            SELECT u.tenant_id, u.user_id FROM domains d JOIN users u USING (tenant_id, domain_id)
            WHERE d.name = $1 AND u.local_part = $2 AND ($3::bool IS NULL OR u.shared = $3)
            """, [.text(address.domain.text), .text(address.localPart), .optionalBool(shared)])
        guard let row = found.first else { return nil }
        return (try row.int8(0), try row.int8(1))
    }
}
