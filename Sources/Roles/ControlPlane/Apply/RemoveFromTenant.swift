import AdminAPI
import Postgres

/// What an apply takes away, and an undo brings back: as `user delete` and the others do, and `undelete` of users and domains. Aliases and
/// groups an undo makes again.
extension Provisioning {
    /// Of a domain that goes, all that is in it goes with it, and stays as it is for as long as the domain is kept.
    func remove(
        _ changes: SortedChanges, of prepared: PreparedTenant, by administrator: String, in transaction: PostgresTransaction
    ) async throws {
        let tenant = prepared.reading.id, going = Set(changes.goneDomains)
        let period = prepared.keeping.period
        if let period {
            let wish = DeletionWish(caller: administrator).parameters(period)
            let aliases = changes.goneAliases.filter { !going.contains($0.domain) }
            try await take(.alias, aliases, of: tenant, wish, period, in: transaction)
            let groups = try changes.goneGroups.filter { !going.contains($0.domain) }.map { try AliasAddress($0) }
            try await take(.group, groups, of: tenant, wish, period, in: transaction)
        }
        let names = changes.goneDomainAliases.filter { name in
            let stays = prepared.reading.state.domainAliases[name].map { !going.contains($0) } ?? true
            return stays || prepared.goal.domainAliases[name] != nil || prepared.goal.domains[name] != nil
        }
        if !names.isEmpty {
            let gone = try await transaction.query(
                "DELETE FROM domain_aliases WHERE tenant_id = $1 AND name = ANY ($2)", [.int8(tenant), .textArray(names.map(\.text))])
            try Self.expect(gone.affected, names.count)
        }
        guard let period else { return }
        let wish = DeletionWish(caller: administrator).parameters(period) + [.int8(tenant)]
        try await showDeleted(in: transaction)
        try await deleteUsers(changes.goneUsers.filter { !going.contains($0.domain) }, of: prepared, wish, in: transaction)
        try await deleteDomains(changes.goneDomains, of: prepared, wish, in: transaction)
        try await hideDeleted(in: transaction)
    }

    func removeAliases(_ aliases: [AliasAddress], of tenant: Int64, in transaction: PostgresTransaction) async throws {
        guard !aliases.isEmpty else { return }
        _ = try await transaction.query(
            """
            DELETE FROM aliases a USING \(GivenAddresses.keyed) g WHERE \(GivenAddresses.isAt("a", "g"))
            """, [.int8(tenant), .textArray(aliases.map(\.domain.text)), .textArray(aliases.map(\.localPart))])
    }

    private func deleteUsers(
        _ addresses: [EmailAddress], of prepared: PreparedTenant, _ wish: [PostgresValue], in transaction: PostgresTransaction
    ) async throws {
        func ids(_ destroyed: Bool) -> [Int64] {
            addresses.filter { prepared.keeping.destroyedUsers.contains($0) == destroyed }.compactMap { prepared.reading.users[$0]?.id }
        }
        let destroyed = ids(true), kept = ids(false)
        if !destroyed.isEmpty {
            let gone = try await transaction.query(
                "DELETE FROM users WHERE tenant_id = $1 AND user_id = ANY ($2) AND deleted_at IS NULL",
                [.int8(prepared.reading.id), .int8Array(destroyed)])
            try Self.expect(gone.affected, destroyed.count)
        }
        if !kept.isEmpty {
            let gone = try await transaction.query(
                "UPDATE users SET \(DeletionWish.state) WHERE tenant_id = $3 AND user_id = ANY ($4) AND deleted_at IS NULL",
                wish + [.int8Array(kept)])
            try Self.expect(gone.affected, kept.count)
        }
    }

    private func deleteDomains(
        _ names: [DomainName], of prepared: PreparedTenant, _ wish: [PostgresValue], in transaction: PostgresTransaction
    ) async throws {
        let destroyed = names.filter(prepared.keeping.destroyedDomains.contains)
        let kept = names.filter { !prepared.keeping.destroyedDomains.contains($0) }
        if !destroyed.isEmpty {
            let gone = try await transaction.query(
                "DELETE FROM domains WHERE tenant_id = $1 AND name = ANY ($2) AND deleted_at IS NULL",
                [.int8(prepared.reading.id), .textArray(destroyed.map(\.text))])
            try Self.expect(gone.affected, destroyed.count)
        }
        if !kept.isEmpty {
            let gone = try await transaction.query(
                "UPDATE domains SET \(DeletionWish.state) WHERE tenant_id = $3 AND name = ANY ($4) AND deleted_at IS NULL",
                wish + [.textArray(kept.map(\.text))])
            try Self.expect(gone.affected, kept.count)
        }
    }

    /// Brings back what an undo finds deleted. All that belongs to it is as it was, and is not written again.
    func bringBack(_ keeping: Keeping, of tenant: Int64, in transaction: PostgresTransaction) async throws {
        guard !keeping.usersBack.isEmpty || !keeping.domainsBack.isEmpty else { return }
        let domains = Array(keeping.domainsBack.values)
        let users = keeping.usersBack.filter { keeping.domainsBack[$0.key.domain] == nil }.map(\.value)
        try await showDeleted(in: transaction)
        // A tenant's administrator may not so much as ask for the first.
        for (table, column, keys) in [("domains", "domain_id", domains), ("users", "user_id", users)] where !keys.isEmpty {
            let back = try await transaction.query(
                "UPDATE \(table) SET \(DeletionWish.ending) WHERE tenant_id = $1 AND \(column) = ANY ($2) AND deleted_at IS NOT NULL",
                [.int8(tenant), .int8Array(keys)])
            try Self.expect(back.affected, keys.count)
        }
        try await hideDeleted(in: transaction)
    }
}

extension SortedChanges {
    /// Domain aliases that go, and not with their domain, which keeps its names.
    func namesGoneAlone(from state: TenantState) -> [DomainName] {
        let going = Set(goneDomains)
        return goneDomainAliases.filter { name in state.domainAliases[name].map { !going.contains($0) } ?? true }
    }

    /// Without what comes back by itself.
    func without(_ keeping: Keeping) -> SortedChanges {
        var left = self
        left.domains.new.removeAll { keeping.domainsBack[$0.name] != nil }
        left.domains.modes.removeAll { keeping.domainsBack[$0.name] != nil }
        left.domains.signing.removeAll { keeping.domainsBack[$0] != nil }
        left.newDomainAliases.removeAll { keeping.namesBack[$0.name] == $0.domain }
        left.users.removeAll { $0.old == nil && keeping.usersBack[$0.address] != nil }
        left.aliases.removeAll { $0.isNew && keeping.domainsBack[$0.address.domain] != nil }
        left.groups.removeAll { $0.isNew && keeping.domainsBack[$0.address.domain] != nil }
        return left
    }
}
