import AdminAPI
import MailStore
import Postgres

extension Provisioning {
    /// Refuses a group that is, through its members, in itself, or that leads deeper than mail is followed. Two that are made at one time
    /// may overlook each other; a circle that is there does no harm (`AddressResolution.swift`).
    ///
    /// Looks at the whole tenant, also of what the caller does not administer: the last thing in its transaction.
    func refuseCircle(through place: GroupPlace, in transaction: PostgresTransaction) async throws {
        try await database.leavePart(in: transaction)
        let rows = try await transaction.query(
            """
            WITH RECURSIVE
            names AS (
                SELECT domain_id, name FROM domains WHERE tenant_id = $1
                UNION ALL SELECT domain_id, name FROM domain_aliases WHERE tenant_id = $1),
            found (domain_id, local_part, depth) AS (
                SELECT $2::bigint, $3::text, 0
                UNION
                SELECT n.domain_id, lower(regexp_replace(e.address, '@[^@]*$', '')), f.depth + 1
                FROM found f
                CROSS JOIN LATERAL (
                    SELECT m.address FROM group_members m
                        WHERE m.tenant_id = $1 AND m.domain_id = f.domain_id AND m.local_part = f.local_part
                    UNION ALL
                    SELECT a.target FROM aliases a WHERE a.tenant_id = $1 AND a.domain_id = f.domain_id AND a.local_part = f.local_part
                ) AS e (address)
                JOIN names n ON n.name = lower(substring(e.address FROM '[^@]*$'))
                WHERE f.depth <= $4)
            SELECT bool_or(depth > 0 AND domain_id = $2 AND local_part = $3), max(depth) FROM found
            """, place.parameters + [.int8(Int64(StoreLimits.aliasDepth))])
        guard let row = rows.first else { return }
        if try row.optionalBool(0) == true {
            throw AdminError(
                .conflict, "The group would be a member of itself, through its members.",
                hint: "`group show` and `alias show` tell who leads to whom.")
        }
        if Int(try row.int4(1)) > StoreLimits.aliasDepth {
            throw AdminError(
                .conflict, "Groups and aliases may lead to others \(StoreLimits.aliasDepth) deep at most.",
                hint: "Give the group the members themselves.")
        }
    }
}
