import MailStore
import Postgres

/// What leads to an address: groups by their members, aliases and users' forwards by their targets.
package struct WaysToAddress: Sendable {
    private let address: String
    private var sources: [String: [String]] = [:]
    /// Of each that leads here, how many of the addresses that it leads to were not come to yet.
    private var open: [String: Int] = [:]
    private var groups: Set<String> = []

    package init(address: String) { self.address = address }

    package mutating func add(from source: String, to target: String, ofGroup: Bool) {
        guard source != address else { return }  // a circle
        sources[target, default: []].append(source)
        open[source, default: 0] += 1
        if ofGroup { groups.insert(source) }
    }

    /// Over how many steps the address is led to at most, and from a group. What leads in a circle, or into one, is left out: there mail
    /// is followed once only.
    package func height() -> (any: Int, ofGroup: Int?) {
        var open = open
        var level = [address], height = 0, ofGroup: Int?
        while true {
            var next: [String] = []
            for source in level.flatMap({ sources[$0] ?? [] }) {
                open[source, default: 0] -= 1
                if open[source] == 0 { next.append(source) }
            }
            guard !next.isEmpty else { return (height, ofGroup) }
            level = next
            height += 1
            if next.contains(where: groups.contains) { ofGroup = height }
        }
    }
}

extension WaysToAddress {
    /// Finds what leads to an address, from as far away as matters: a step beyond what is allowed is found, and what leads there is not
    /// asked for. Mostly nothing leads to a new address, and then one look at the tenant's members and targets tells so.
    package init(to place: GroupPlace, in transaction: PostgresTransaction) async throws {
        self.init(address: place.key)
        var known: Set<GroupPlace> = [place], level = [place]
        var domains: [String: Int64]?
        for _ in 0...StoreLimits.aliasDepth where !level.isEmpty {
            let rows = try await transaction.query(
                Self.stepBack, [.int8(place.tenant), .int8Array(level.map(\.domain)), .textArray(level.map(\.localPart))]
            ).rows
            guard !rows.isEmpty else { return }
            if domains == nil { domains = try await Self.domains(of: place.tenant, in: transaction) }
            level = []
            for row in rows {
                let source = GroupPlace(tenant: place.tenant, domain: try row.int8(0), localPart: try row.text(1))
                let address = try row.text(2)
                guard let at = address.lastIndex(of: "@"), let domain = domains?[String(address[address.index(after: at)...])] else {
                    continue
                }
                let target = GroupPlace(tenant: place.tenant, domain: domain, localPart: String(address[..<at]))
                add(from: source.key, to: target.key, ofGroup: try row.bool(3))
                if known.insert(source).inserted { level.append(source) }
            }
        }
    }

    /// By each of their names.
    private static func domains(of tenant: Int64, in transaction: PostgresTransaction) async throws -> [String: Int64] {
        var domains: [String: Int64] = [:]
        for row in try await transaction.query("SELECT name, domain_id FROM (\(names)) n", [.int8(tenant)]).rows {
            domains[try row.text(0)] = try row.int8(1)
        }
        return domains
    }

    private static let names = """
        SELECT domain_id, name FROM domains WHERE tenant_id = $1
        UNION ALL SELECT domain_id, name FROM domain_aliases WHERE tenant_id = $1
        """

    /// What leads to some addresses in one step. `IS TRUE` makes a table of the addresses, in which each target is looked up: of a join the
    /// planner, which has no statistics of these tables, may compare each with each. And of a join with users it may
    /// look at all of them, where those who forward here are few.
    private static let stepBack = """
        WITH here AS MATERIALIZED (
            SELECT local_part || '@' || n.name AS address
            FROM unnest($2::bigint[], $3::text[]) AS h (domain_id, local_part) JOIN (\(names)) n USING (domain_id))
        SELECT DISTINCT w.domain_id, w.local_part, w.target, w.of_group
        FROM (
            SELECT domain_id, local_part, lower(address) AS target, true AS of_group FROM group_members WHERE tenant_id = $1
            UNION ALL
            SELECT domain_id, local_part, lower(target), false FROM aliases WHERE tenant_id = $1
            UNION ALL
            SELECT u.domain_id, u.local_part, f.target, false
            FROM (
                SELECT user_id, lower(target) AS target FROM user_forwards, unnest(targets) AS target
                WHERE tenant_id = $1 AND (lower(target) IN (SELECT address FROM here)) IS TRUE OFFSET 0) f,
                LATERAL (
                    SELECT domain_id, local_part FROM users
                    WHERE tenant_id = $1 AND user_id = f.user_id AND deleted_at IS NULL OFFSET 0) u) w
        JOIN domains d ON d.tenant_id = $1 AND d.domain_id = w.domain_id
        WHERE (w.target IN (SELECT address FROM here)) IS TRUE
        """
}

extension GroupPlace {
    fileprivate var key: String { "\(localPart)@\(domain)" }
}
