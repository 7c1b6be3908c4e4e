/// What a legal hold covers: all of its tenant, all of its domain, or its user. The tables hold to the same (`refuse_held` in
/// `Migrations/0023_life_cycle.sql`).
enum HoldRule {
    /// As a condition on a row of `holds` by the name `h`, of the same tenant.
    /// - Parameters: the keys of what may be covered, as SQL; NULL where it is no domain or user, or none is meant.
    static func covers(domain: String, user: String) -> String {
        "(h.domain_id IS NULL AND h.user_id IS NULL OR h.domain_id = \(domain) OR h.user_id = \(user))"
    }
}
