import AdminAPI
import Postgres
import Supervision

extension Provisioning {
    /// `domain delete`: out of service at once with its users and aliases, and kept until the grace period ends. Its names stay its own
    /// meanwhile, so that nobody else gets its mail.
    func deleteDomain(_ request: AdminRequest<Nothing>) async throws -> Deletion {
        let name: DomainName = try request.path.require("name")
        let wish = DeletionWish(request)
        let deleted = try await destroying(name.text) {
            try await change { transaction in try await delete(name, wish, in: transaction) }
        }
        if deleted.deletion.destroyed { forgetLogins(in: name) }
        directoryChanged(of: deleted.tenant)
        for user in deleted.users { endSessions(tenant: deleted.tenant, user: user, reason: "This account is deleted") }
        for member in deleted.members {
            endSessions(
                tenant: deleted.tenant, user: member, services: ClientService.ofWorkers,
                reason: "A shared mailbox of yours is deleted; please log in again")
        }
        await domainsChanged()
        return deleted.deletion
    }

    private struct DeletedDomain: Sendable {
        var tenant: Int64
        var users: [Int64]
        /// Of other domains, of its shared mailboxes.
        var members: [Int64]
        var deletion: Deletion
    }

    private func delete(_ name: DomainName, _ wish: DeletionWish, in transaction: PostgresTransaction) async throws -> DeletedDomain {
        // Only to be destroyed is what is deleted already looked for.
        if wish.now { try await showDeleted(in: transaction) }
        let keys = try await lockDomain(name, in: transaction)
        let key: [PostgresValue] = [.int8(keys.tenant), .int8(keys.domain)]
        let period = wish.now ? .atOnce : try await gracePeriod(of: keys.tenant, in: transaction)
        try await showDeleted(in: transaction)
        let doomed = Doomed.domain(tenant: keys.tenant, domain: keys.domain)
        if wish.now { try await requireNoHold(on: doomed, called: name.text, in: transaction) }
        let users = try await transaction.query("SELECT user_id FROM users WHERE tenant_id = $1 AND domain_id = $2", key)
            .rows.map { try $0.int8(0) }
        let members = try await transaction.query(
            """
            SELECT DISTINCT a.member_id FROM shared_access a JOIN users s USING (tenant_id, user_id)
            JOIN users m ON m.tenant_id = a.tenant_id AND m.user_id = a.member_id
            WHERE s.tenant_id = $1 AND s.domain_id = $2 AND m.domain_id <> $2
            """, key
        ).rows.map { try $0.int8(0) }
        if period == .atOnce, try await hold(on: doomed, in: transaction) == nil {
            // As of a user: a trial writes nothing.
            if !isRehearsal { _ = try await transaction.query("DELETE FROM domains WHERE tenant_id = $1 AND domain_id = $2", key) }
            return DeletedDomain(tenant: keys.tenant, users: users, members: members, deletion: .destroyed)
        }
        let kept = try await transaction.query(
            "UPDATE domains SET \(DeletionWish.state) WHERE tenant_id = $3 AND domain_id = $4 RETURNING kept_until",
            wish.parameters(period) + key)
        guard let row = kept.first else { throw AdminError.noDomain(name) }
        return DeletedDomain(tenant: keys.tenant, users: users, members: members, deletion: try Deletion(kept: row))
    }

    /// `domain undelete`: with its users and aliases, as they were.
    func undeleteDomain(_ request: AdminRequest<Nothing>) async throws -> Domain {
        let name: DomainName = try request.path.require("name")
        let tenant = try await change { transaction in try await undelete(name, in: transaction) }
        directoryChanged(of: tenant)
        await domainsChanged()
        await alignUsage(of: tenant)
        return try await domain(name)
    }

    private func undelete(_ name: DomainName, in transaction: PostgresTransaction) async throws -> Int64 {
        try await showDeleted(in: transaction)
        let found = try await transaction.query(
            """
            SELECT d.tenant_id, d.domain_id, t.name, t.deleted_at IS NOT NULL,
                (SELECT count(*) FROM users u WHERE u.tenant_id = d.tenant_id AND u.domain_id = d.domain_id AND u.deleted_at IS NULL),
                (SELECT count(DISTINCT a.local_part) FROM aliases a WHERE a.tenant_id = d.tenant_id AND a.domain_id = d.domain_id)
                    + (SELECT count(*) FROM groups g WHERE g.tenant_id = d.tenant_id AND g.domain_id = d.domain_id)
            FROM domains d JOIN tenants t USING (tenant_id) WHERE d.name = $1 AND d.deleted_at IS NOT NULL FOR NO KEY UPDATE OF d
            """, [.text(name.text)])
        guard let row = found.first else {
            throw AdminError(.notFound, "There is no deleted domain \(name).", hint: "`deleted list` shows what is kept.")
        }
        guard try !row.bool(3) else {
            throw AdminError(
                .conflict, "The domain's tenant \(try row.text(2)) is deleted.",
                hint: "`tenant undelete \(try row.text(2))` brings both back.")
        }
        let tenant = try row.int8(0)
        try await requireRoom(for: .domains, of: tenant, in: transaction)
        try await requireRoom(for: .users, of: tenant, adding: try row.int8(4), in: transaction)
        try await requireRoom(for: .aliases, of: tenant, adding: try row.int8(5), in: transaction)
        _ = try await transaction.query(
            "UPDATE domains SET \(DeletionWish.ending), deleted_with_tenant = false WHERE tenant_id = $1 AND domain_id = $2",
            [.int8(tenant), .int8(try row.int8(1))])
        return tenant
    }
}
