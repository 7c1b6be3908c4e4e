import AdminAPI
import Postgres

/// What holds of an account that somebody is signed in to, as the tables have it at this moment.
struct AccountStanding: Sendable, Equatable {
    let keys: UserKeys
    let address: EmailAddress
    let tenant: String
    let hash: String
    /// When the password was set, in microseconds since 1970. The hash may become another of the same password.
    let passwordSetAt: Int64
    let mustChange: Bool
    /// When one-time passwords were set up, in microseconds since 1970; nil: there are none.
    let oneTimePasswordsSince: Int64?
    /// Whether the web is part of the plan.
    let isInPlan: Bool

    var hasOneTimePasswords: Bool { oneTimePasswordsSince != nil }
}

extension Provisioning {
    /// nil for an account that nobody may sign in to: deleted, suspended, without a password, a shared mailbox.
    func standing(of keys: UserKeys) async throws -> AccountStanding? {
        let found = try await database.query(
            """
            SELECT u.local_part || '@' || d.name, t.name, c.hash, c.changed_at, coalesce(c.change_by <= now(), false),
                o.created_at, coalesce('web' = ANY (limit_list(t.planned || t.limits || u.limits, 'protocols')), true)
            FROM users u JOIN domains d USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            JOIN credentials c USING (tenant_id, user_id) LEFT JOIN one_time_passwords o USING (tenant_id, user_id)
            WHERE tenant_id = $1 AND user_id = $2 AND NOT u.shared AND NOT 'login' = ANY (u.suspended || t.suspended)
            """, [.int8(keys.tenant), .int8(keys.user)])
        guard let row = found.first else { return nil }
        return AccountStanding(
            keys: keys, address: try row.name(0), tenant: try row.text(1), hash: try row.text(2), passwordSetAt: try row.timestamp(3),
            mustChange: try row.bool(4), oneTimePasswordsSince: try row.optionalTimestamp(5), isInPlan: try row.bool(6))
    }
}
