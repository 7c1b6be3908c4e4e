import AdminAPI
import Postgres

/// What leads to other addresses. Deleted it is moved out of its own tables (`Migrations/0041_kept_addresses.sql`).
enum KeptAddressKind: String, Sendable {
    case alias, group

    /// Takes those at the places `$2` and `$3` (domains and local parts) out of the tenant `$1`, each as a row of what is kept.
    fileprivate var taken: String {
        func gone(from table: String, _ columns: String) -> String {
            """
            WITH gone AS (
                DELETE FROM \(table) t USING \(GivenAddresses.keyed) g WHERE \(GivenAddresses.isAt("t", "g"))
                RETURNING t.domain_id, t.local_part, \(columns))
            """
        }
        switch self {
        case .alias:
            return """
                \(gone(from: "aliases", "t.target")), taken AS (
                    SELECT domain_id, local_part, array_agg(target ORDER BY target) AS targets, '{}'::text[] AS owners,
                        NULL::text AS posting
                    FROM gone GROUP BY domain_id, local_part)
                """
        // Members are seen here as they were when the statement began.
        case .group:
            return """
                \(gone(from: "groups", "t.owners, t.posting")), taken AS (
                    SELECT domain_id, local_part, ARRAY(
                        SELECT m.address FROM group_members m
                        WHERE m.tenant_id = $1 AND m.domain_id = g.domain_id AND m.local_part = g.local_part ORDER BY 1) AS targets,
                        owners, posting
                    FROM gone g)
                """
        }
    }

    fileprivate var table: String { self == .alias ? "aliases" : "groups" }

    func absent(_ address: AliasAddress) -> AdminError {
        switch self {
        case .alias: .noAlias(address)
        case .group: .noGroup(address)
        }
    }
}

extension Provisioning {
    /// `alias delete` and `group delete`: out of service at once, the address free, and what it was kept until the grace period ends. What
    /// leads to the address stays.
    func delete(_ kind: KeptAddressKind, _ address: AliasAddress, _ wish: DeletionWish) async throws -> Deletion {
        let deleted = try await change { transaction in try await delete(kind, address, wish, in: transaction) }
        directoryChanged(of: deleted.tenant)
        return deleted.deletion
    }

    private func delete(
        _ kind: KeptAddressKind, _ address: AliasAddress, _ wish: DeletionWish, in transaction: PostgresTransaction
    ) async throws -> (tenant: Int64, deletion: Deletion) {
        let keys = try await lockDomain(address.domain, in: transaction)
        let place = GroupPlace(tenant: keys.tenant, domain: keys.domain, localPart: address.localPart)
        let found = try await transaction.query(
            "SELECT EXISTS (SELECT FROM \(kind.table) WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3)", place.parameters)
        let isThere = try found.first?.bool(0) == true
        guard isThere || wish.now else { throw kind.absent(address) }
        // Who sets a hold waits for this, and this for them.
        try await room(for: .aliases, of: keys.tenant, in: transaction)
        let doomed = Doomed.address(tenant: keys.tenant, domain: keys.domain)
        guard isThere else {
            // Those that are deleted already.
            let gone = try await transaction.query(
                "DELETE FROM kept_addresses WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3 AND kind = $4",
                place.parameters + [.text(kind.rawValue)])
            guard gone.affected > 0 else { throw kind.absent(address) }
            try await requireNoHold(on: doomed, called: address.text, in: transaction)
            return (keys.tenant, .destroyed)
        }
        if wish.now { try await requireNoHold(on: doomed, called: address.text, in: transaction) }
        if !wish.now { try await requireRoomForKept(in: keys.tenant, transaction) }
        let period = wish.now ? .atOnce : try await gracePeriod(of: keys.tenant, in: transaction)
        let kept = try await take(kind, [address], of: keys.tenant, wish.parameters(period), period, in: transaction)
        return (keys.tenant, try kept.first.map { try Deletion(kept: $0) } ?? .destroyed)
    }

    /// Deleted aliases and groups of a tenant that are kept. They count in no plan.
    private static let mostKept: Int64 = 10_000

    private func requireRoomForKept(in tenant: Int64, _ transaction: PostgresTransaction) async throws {
        let kept = try await transaction.query("SELECT count(*) FROM kept_addresses WHERE tenant_id = $1", [.int8(tenant)])
        guard try kept.first?.int8(0) ?? 0 < Self.mostKept else {
            throw AdminError(
                .conflict, "\(Self.mostKept) deleted aliases and groups of the tenant are kept already.",
                hint: "`--now` destroys this one at once; `deleted list` shows them.")
        }
    }

    /// Takes aliases or groups out of service. What of them no grace period keeps, a legal hold on their domain or tenant may.
    /// - Parameter wish: who deletes, and the period.
    /// - Returns: of each that is kept, until when.
    @discardableResult
    func take(
        _ kind: KeptAddressKind, _ addresses: [AliasAddress], of tenant: Int64, _ wish: [PostgresValue], _ period: GracePeriod,
        in transaction: PostgresTransaction
    ) async throws -> [PostgresRow] {
        guard !addresses.isEmpty else { return [] }
        return try await transaction.query(
            """
            \(kind.taken)
            INSERT INTO kept_addresses (tenant_id, domain_id, local_part, kind, targets, owners, posting, deleted_by, kept_until)
            SELECT $1, t.domain_id, t.local_part, '\(kind.rawValue)', t.targets, t.owners, t.posting, $4,
                now() + $5::bigint * interval '1 day'
            FROM taken t
            WHERE $6 OR EXISTS (
                SELECT FROM holds h WHERE h.tenant_id = $1 AND \(HoldRule.covers(domain: "t.domain_id", user: "NULL")))
            RETURNING kept_until
            """,
            [.int8(tenant), .textArray(addresses.map(\.domain.text)), .textArray(addresses.map(\.localPart))] + wish
                + [.bool(period != .atOnce)]
        ).rows
    }

    /// Forgets what an apply took away, of what its undoing makes again, or makes as it was.
    func forgetTaken(by apply: Int64, _ changes: SortedChanges, of tenant: Int64, in transaction: PostgresTransaction) async throws {
        let aliases = changes.aliases.map { (KeptAddressKind.alias, $0.address.domain.text, $0.address.localPart) }
        let groups = changes.groups.map { (KeptAddressKind.group, $0.address.domain.text, $0.address.localPart) }
        let made = aliases + groups
        guard !made.isEmpty else { return }
        // What an apply deleted has the time of that apply, since both are that of one transaction.
        _ = try await transaction.query(
            """
            DELETE FROM kept_addresses k
            USING applies a, \(GivenAddresses.withKeys("unnest($3::text[], $4::text[], $5::text[]) AS g (kind, domain, local_part)")) g
            WHERE a.number = $2 AND k.deleted_at = a.applied_at AND \(GivenAddresses.isAt("k", "g")) AND k.kind = g.kind
            """,
            [
                .int8(tenant), .int8(apply), .textArray(made.map(\.0.rawValue)), .textArray(made.map(\.1)), .textArray(made.map(\.2)),
            ])
    }
}
