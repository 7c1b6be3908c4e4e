import AdminAPI
import Postgres

extension Provisioning {
    /// `user rename`: mailboxes, mail and passwords go by the user's number, so that only the address changes.
    func renameUser(_ request: AdminRequest<UserRename>) async throws -> User {
        let old: EmailAddress = try request.path.require("address")
        let new = request.body.address
        guard new != old else { throw AdminError(.invalid, "The user's address is \(new) already.") }
        _ = try await domain(new.domain)
        let keys = try await change { try await rename(old, to: new, keepsAlias: request.body.keepAlias, in: $0) }
        directoryChanged(of: keys.tenant)
        announce(keys.user, of: keys.tenant, formerly: old.text, now: new.text)
        if new.domain != old.domain { await alignUsage(of: keys.tenant) }
        return try await currentUser(new)
    }

    /// The transaction moved what the tables count. A worker has figures of its own, and writes them for as long as it does not know
    /// better; it is asked to count the domains again, as it would by itself with the next message.
    func alignUsage(of tenant: Int64) async {
        guard !isRehearsal, let problem = await workers.alignUsage(of: tenant) else { return }
        journal.warning("domains are counted again only with the next message", ["tenant": "\(tenant)", "reason": problem])
    }

    private func rename(
        _ old: EmailAddress, to new: EmailAddress, keepsAlias: Bool, in transaction: PostgresTransaction
    ) async throws -> (tenant: Int64, user: Int64) {
        var places: [DomainName: (tenant: Int64, domain: Int64)] = [:]
        for name in Set([old.domain, new.domain]).sorted() { places[name] = try await lockDomain(name, in: transaction) }
        guard let from = places[old.domain], let to = places[new.domain] else { throw AdminError.noUser(old) }
        let keys = try await find(old, in: transaction)
        guard from.tenant == to.tenant else {
            throw AdminError(
                .conflict, "The domain \(new.domain) belongs to another tenant.", hint: "A user stays with its tenant.")
        }
        try await requireNoHold(onLeaving: old.domain, at: from, for: to, in: transaction)
        try await takeOwnAlias(new, of: old, at: to, in: transaction)
        try await refuseUsed(new.text, localPart: new.localPart, at: to, as: .user, in: transaction)
        let changed = try await transaction.query(
            "UPDATE users SET domain_id = $3, local_part = $4 WHERE tenant_id = $1 AND user_id = $2",
            [.int8(keys.tenant), .int8(keys.user), .int8(to.domain), .text(new.localPart)])
        guard changed.affected == 1 else { throw AdminError.noUser(old) }  // deleted meanwhile
        if keepsAlias {
            try await requireRoom(for: .aliases, of: from.tenant, in: transaction)
            _ = try await transaction.query(
                "INSERT INTO aliases (tenant_id, domain_id, local_part, target) VALUES ($1, $2, $3, $4)",
                [.int8(from.tenant), .int8(from.domain), .text(old.localPart), .text(new.text)])
        }
        try await followUser(from: old, at: from, to: new, in: transaction)
        return keys
    }

    /// An alias that leads to the user alone gives way, such as the address that the user had before.
    private func takeOwnAlias(
        _ new: EmailAddress, of old: EmailAddress, at place: (tenant: Int64, domain: Int64), in transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.query(
            """
            DELETE FROM aliases a WHERE a.tenant_id = $1 AND a.domain_id = $2 AND a.local_part = $3 AND NOT EXISTS (
                SELECT FROM aliases o WHERE o.tenant_id = $1 AND o.domain_id = $2 AND o.local_part = $3 AND lower(o.target) NOT IN (
                    SELECT $4 || '@' || d.name FROM domains d WHERE d.tenant_id = $1 AND d.name = $5
                    UNION ALL
                    SELECT $4 || '@' || n.name FROM domain_aliases n JOIN domains d USING (tenant_id, domain_id)
                    WHERE d.tenant_id = $1 AND d.name = $5))
            """,
            [.int8(place.tenant), .int8(place.domain), .text(new.localPart), .text(old.localPart), .text(old.domain.text)])
    }

    /// Has aliases, groups and forwards that led to the old address lead to the new one.
    private func followUser(
        from old: EmailAddress, at place: (tenant: Int64, domain: Int64), to new: EmailAddress, in transaction: PostgresTransaction
    ) async throws {
        let keys: [PostgresValue] = [.int8(place.tenant), .int8(place.domain)]
        let names = try await transaction.query("SELECT name FROM domain_aliases WHERE tenant_id = $1 AND domain_id = $2", keys)
        let own = try await transaction.query(
            """
            SELECT local_part FROM users WHERE tenant_id = $1 AND domain_id = $2 AND starts_with(local_part, $3)
            UNION ALL SELECT local_part FROM aliases WHERE tenant_id = $1 AND domain_id = $2 AND starts_with(local_part, $3)
            UNION ALL SELECT local_part FROM groups WHERE tenant_id = $1 AND domain_id = $2 AND starts_with(local_part, $3)
            """, keys + [.text(old.localPart + "+")])
        let move = AddressMove(from: old.localPart, to: new, except: Set(try own.rows.map { try $0.text(0) }))
        try await changeTargets(
            at: [old.domain.text] + names.rows.map { try $0.text(0) }, of: place.tenant, in: transaction, move.destination(of:))
    }
}
