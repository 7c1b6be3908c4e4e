import AdminAPI
import MailStore
import Postgres

extension Provisioning {
    /// Refuses a group that is, through its members, in itself, or that leads deeper than mail is followed, or has what leads to it do so.
    /// Two that are made at one time may overlook each other; a circle that is there does no harm (`AddressGraph.swift`).
    ///
    /// Looks at the whole tenant, also of what the caller does not administer: the last thing in its transaction.
    func refuseCircle(through place: GroupPlace, in transaction: PostgresTransaction) async throws {
        try await database.leavePart(in: transaction)
        let below = try await below(place, in: transaction)
        guard !below.isCircle else {
            throw AdminError(
                .conflict, "The group would be a member of itself, through its members.",
                hint: "`group show`, `alias show` and `forward show` tell who leads to whom.")
        }
        guard below.depth <= StoreLimits.aliasDepth else {
            throw AdminError(
                .conflict, "Groups and aliases may lead to others \(StoreLimits.aliasDepth) deep at most.",
                hint: "Give the group the members themselves.")
        }
        guard try await WaysToAddress(to: place, in: transaction).height().any + below.depth <= StoreLimits.aliasDepth else {
            throw AdminError(
                .conflict, "Groups and aliases may lead to others \(StoreLimits.aliasDepth) deep at most, and some that lead to this group "
                    + "would lead deeper.", hint: "Give the group the members themselves.")
        }
    }

    /// Refuses an alias or a forward with which a group would lead deeper than mail is followed. Aliases and forwards by themselves may.
    ///
    /// The last thing in its transaction, too.
    func refuseDeepGroups(above place: GroupPlace, in transaction: PostgresTransaction) async throws {
        try await database.leavePart(in: transaction)
        guard let height = try await WaysToAddress(to: place, in: transaction).height().ofGroup else { return }
        guard try await height + below(place, in: transaction).depth <= StoreLimits.aliasDepth else {
            throw AdminError(
                .conflict, "Groups may lead to others \(StoreLimits.aliasDepth) deep at most, and one that leads to this address would "
                    + "lead deeper.", hint: "Give it the targets themselves.")
        }
    }

    /// How deep an address leads, to one beyond what is allowed, and whether it leads to itself.
    private func below(_ place: GroupPlace, in transaction: PostgresTransaction) async throws -> (isCircle: Bool, depth: Int) {
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
                    UNION ALL
                    SELECT unnest(w.targets) FROM users u JOIN user_forwards w USING (tenant_id, user_id)
                        WHERE u.tenant_id = $1 AND u.domain_id = f.domain_id AND u.local_part = f.local_part AND u.deleted_at IS NULL
                ) AS e (address)
                JOIN names n ON n.name = lower(substring(e.address FROM '[^@]*$'))
                WHERE f.depth <= $4)
            SELECT bool_or(depth > 0 AND domain_id = $2 AND local_part = $3), max(depth) FROM found
            """, place.parameters + [.int8(Int64(StoreLimits.aliasDepth))])
        guard let row = rows.first else { return (false, 0) }
        return (try row.optionalBool(0) == true, Int(try row.int4(1)))
    }
}
