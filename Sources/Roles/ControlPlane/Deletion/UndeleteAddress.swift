import AdminAPI
import Postgres

extension Provisioning {
    /// `alias undelete`.
    func undeleteAlias(_ request: AdminRequest<Nothing>) async throws -> UndeletedAlias {
        let address: AliasAddress = try request.path.require("address")
        let back = try await change { transaction in try await undelete(.alias, address, in: transaction) }
        directoryChanged(of: back.tenant)
        return UndeletedAlias(alias: try await alias(address), leftOut: back.leftOut)
    }

    /// `group undelete`.
    func undeleteGroup(_ request: AdminRequest<Nothing>) async throws -> UndeletedGroup {
        let address: EmailAddress = try request.path.require("address")
        let back = try await change { transaction in try await undelete(.group, AliasAddress(address), in: transaction) }
        directoryChanged(of: back.tenant)
        return UndeletedGroup(group: try await group(address), leftOut: back.leftOut)
    }

    /// As it was, without those who are gone; of several that had the address, the one that was deleted last.
    private func undelete(
        _ kind: KeptAddressKind, _ address: AliasAddress, in transaction: PostgresTransaction
    ) async throws -> (tenant: Int64, leftOut: [TargetAddress]) {
        let keys = try await lockDomain(address.domain, in: transaction)
        let place = GroupPlace(tenant: keys.tenant, domain: keys.domain, localPart: address.localPart)
        let kept = try await takeBack(kind, address, at: place, in: transaction)
        do {
            let becoming = kind == .alias ? AddressKind.alias : .group
            try await refuseUsed(address.text, localPart: address.localPart, at: keys, as: becoming, in: transaction)
        } catch let error as AdminError where error.code == .alreadyExists {
            throw AdminError(
                .alreadyExists, error.message,
                hint: "`user rename \(address) NEW`, `alias delete \(address)` or `group delete \(address)` makes it free, and then the "
                    + "deleted \(kind.rawValue) can come back.")
        }
        try await requireRoom(for: .aliases, of: keys.tenant, in: transaction)
        // Those whom it leads to may be of another domain of the tenant than the caller administers.
        try await database.leavePart(in: transaction)
        let standing = try await standing(of: kept.targets + kept.owners, in: keys.tenant, transaction)
        let targets = kept.targets.filter { standing[$0] != .gone }
        // Owners are of the tenant.
        let owners = kept.owners.filter { standing[$0] == .here }
        let leftOut = kept.targets.filter { standing[$0] == .gone } + kept.owners.filter { standing[$0] != .here }
        switch kind {
        case .alias: try await bringBack(alias: address, at: place, targets, in: transaction)
        case .group:
            _ = try await transaction.query(
                "INSERT INTO groups (tenant_id, domain_id, local_part, posting, owners) VALUES ($1, $2, $3, $4, $5)",
                place.parameters + [.text(kept.posting), .textArray(owners)])
            try await add(targets.map { try TargetAddress($0) }, to: place, in: transaction)
            try await refuseCircle(through: place, in: transaction)
        }
        return (keys.tenant, try Set(leftOut).sorted().map { try TargetAddress($0) })
    }

    private func bringBack(
        alias address: AliasAddress, at place: GroupPlace, _ targets: [String], in transaction: PostgresTransaction
    ) async throws {
        guard !targets.isEmpty else {
            throw AdminError(
                .conflict, "All that the alias \(address) led to is gone.",
                hint: "`alias create \(address) --to ADDRESS` makes it anew.")
        }
        _ = try await transaction.query(
            "INSERT INTO aliases (tenant_id, domain_id, local_part, target) SELECT $1, $2, $3, unnest($4::text[])",
            place.parameters + [.textArray(targets)])
        try await refuseDeepGroups(above: place, in: transaction)
    }

    private struct KeptAddress {
        var targets: [String], owners: [String]
        /// Of an alias: nothing.
        var posting: String
    }

    /// Takes it out of what is kept.
    private func takeBack(
        _ kind: KeptAddressKind, _ address: AliasAddress, at place: GroupPlace, in transaction: PostgresTransaction
    ) async throws -> KeptAddress {
        let found = try await transaction.query(
            """
            DELETE FROM kept_addresses WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3 AND kept_id = (
                SELECT kept_id FROM kept_addresses WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3 AND kind = $4
                ORDER BY deleted_at DESC, kept_id LIMIT 1)
            RETURNING targets, owners, coalesce(posting, '')
            """, place.parameters + [.text(kind.rawValue)])
        guard let row = found.first else {
            throw AdminError(.notFound, "There is no deleted \(kind.rawValue) \(address).", hint: "`deleted list` shows what is kept.")
        }
        return KeptAddress(targets: try row.textArray(0), owners: try row.textArray(1), posting: try row.text(2))
    }

    private enum Standing { case here, elsewhere, gone }

    /// Whether mail to addresses finds somebody in the tenant, or is for elsewhere. Gone are those of its domains where nobody is any
    /// more, and those of domains that are deleted with it.
    private func standing(
        of addresses: [String], in tenant: Int64, _ transaction: PostgresTransaction
    ) async throws -> [String: Standing] {
        try await showDeleted(in: transaction)
        let found = try await transaction.query(Self.standing, [.int8(tenant), .textArray(addresses)])
        try await hideDeleted(in: transaction)
        var standing: [String: Standing] = [:]
        for row in found.rows {
            standing[try row.text(0)] = try !row.bool(1) ? .elsewhere : row.bool(2) ? .here : .gone
        }
        return standing
    }

    private static let standing = """
        SELECT g.address, n.domain_id IS NOT NULL, n.is_live AND (
            EXISTS (
                SELECT FROM users u WHERE u.tenant_id = $1 AND u.domain_id = n.domain_id AND u.local_part IN (p.whole, p.base)
                    AND u.deleted_at IS NULL)
            OR EXISTS (
                SELECT FROM aliases a WHERE a.tenant_id = $1 AND a.domain_id = n.domain_id AND a.local_part IN (p.whole, p.base, ''))
            OR EXISTS (
                SELECT FROM groups o WHERE o.tenant_id = $1 AND o.domain_id = n.domain_id AND o.local_part IN (p.whole, p.base)))
        FROM unnest($2::text[]) AS g (address)
            CROSS JOIN LATERAL (SELECT lower(regexp_replace(g.address, '@[^@]*$', '')) AS whole) w
            CROSS JOIN LATERAL (SELECT w.whole, split_part(w.whole, '+', 1) AS base) p
            LEFT JOIN (
                SELECT name, domain_id, deleted_at IS NULL AS is_live FROM domains WHERE tenant_id = $1
                UNION ALL
                SELECT a.name, a.domain_id, d.deleted_at IS NULL FROM domain_aliases a JOIN domains d USING (tenant_id, domain_id)
                WHERE a.tenant_id = $1
            ) n ON n.name = lower(substring(g.address FROM '[^@]*$'))
        """
}

extension AliasAddress {
    init(_ address: EmailAddress) throws(AdminError) { try self.init(address.text) }
}
