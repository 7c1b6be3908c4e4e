import AdminAPI
import Postgres
import Supervision

extension Provisioning {
    /// `user delete`: out of service at once, and kept with all mail until the grace period ends. Aliases, groups and forwards that
    /// lead to the address stay.
    func deleteUser(_ request: AdminRequest<Nothing>) async throws -> Deletion { try await delete(request, shared: false) }

    /// A user, or a shared mailbox, with which the sessions of those members end whom the caller administers; the worker sends away the
    /// others who have it selected.
    func delete(_ request: AdminRequest<Nothing>, shared: Bool) async throws -> Deletion {
        let address: EmailAddress = try request.path.require("address")
        let wish = DeletionWish(request)
        let deleted = try await destroying(address.text) {
            try await change { transaction in try await delete(address, wish, shared: shared, in: transaction) }
        }
        forgetLogins(of: address)
        directoryChanged(of: deleted.tenant)
        for user in deleted.users { endSessions(tenant: deleted.tenant, user: user, reason: "This account is deleted") }
        for member in deleted.members {
            endSessions(
                tenant: deleted.tenant, user: member, services: ClientService.ofWorkers,
                reason: "A shared mailbox of yours is deleted; please log in again")
        }
        return deleted.deletion
    }

    private struct DeletedUsers: Sendable {
        var tenant: Int64
        var users: [Int64]
        /// Of a shared mailbox.
        var members: [Int64]
        var deletion: Deletion

        init(tenant: Int64, users: [Int64], members: [Int64] = [], deletion: Deletion, leading: [AliasAddress] = []) {
            (self.tenant, self.users, self.members, self.deletion) = (tenant, users, members, deletion)
            self.deletion.leading = leading.isEmpty ? nil : leading
        }
    }

    private func delete(
        _ address: EmailAddress, _ wish: DeletionWish, shared: Bool, in transaction: PostgresTransaction
    ) async throws -> DeletedUsers {
        if !shared, try await findIfThere(address, shared: true, in: transaction) != nil {
            throw AdminError(
                .conflict, "\(address) is a shared mailbox.", hint: "`mailbox delete \(address)` deletes it.")
        }
        let absent = shared ? AdminError.noSharedMailbox(address) : AdminError.noUser(address)
        let live = try await findIfThere(address, shared: shared, in: transaction)
        guard let keys = live else {
            guard wish.now else { throw absent }
            return try await destroyKept(address, shared: shared, in: transaction)
        }
        let period = wish.now ? .atOnce : try await gracePeriod(of: keys.tenant, in: transaction)
        let key: [PostgresValue] = [.int8(keys.tenant), .int8(keys.user)]
        let members = try await members(ofShared: keys, in: transaction)
        let leading = try await whatLeads(to: address, in: keys.tenant, transaction)
        try await showDeleted(in: transaction)
        let doomed = Doomed.user(tenant: keys.tenant, user: keys.user)
        if wish.now { try await requireNoHold(on: doomed, called: address.text, in: transaction) }
        if period == .atOnce, try await hold(on: doomed, in: transaction) == nil {
            // A trial is not to lock, and write anew, all that is in the way of a worker's writes.
            if !isRehearsal { _ = try await transaction.query("DELETE FROM users WHERE tenant_id = $1 AND user_id = $2", key) }
            return DeletedUsers(tenant: keys.tenant, users: [keys.user], members: members, deletion: .destroyed, leading: leading)
        }
        if wish.isBounded { try await requireRoomForKeptMail(of: [keys.user], in: keys.tenant, transaction) }
        let kept = try await transaction.query(
            """
            UPDATE users SET \(DeletionWish.state) WHERE tenant_id = $3 AND user_id = $4 AND deleted_at IS NULL RETURNING kept_until
            """, wish.parameters(period) + key)
        guard let row = kept.first else { throw absent }  // at the same moment
        return DeletedUsers(
            tenant: keys.tenant, users: [keys.user], members: members, deletion: try Deletion(kept: row), leading: leading)
    }

    /// Those who had the address and are deleted already.
    private func destroyKept(
        _ address: EmailAddress, shared: Bool, in transaction: PostgresTransaction
    ) async throws -> DeletedUsers {
        let kept = try await keptUsers(at: address, shared: shared, in: transaction)
        guard let tenant = kept.first?.tenant else {
            throw shared ? AdminError.noSharedMailbox(address) : AdminError.noUser(address)
        }
        for keys in kept {
            try await requireNoHold(on: .user(tenant: keys.tenant, user: keys.user), called: address.text, in: transaction)
            guard !isRehearsal else { continue }
            _ = try await transaction.query(
                "DELETE FROM users WHERE tenant_id = $1 AND user_id = $2", [.int8(keys.tenant), .int8(keys.user)])
        }
        return DeletedUsers(tenant: tenant, users: [], deletion: .destroyed)
    }

    /// Keys of the deleted users who had the address, the last deleted first. The rest of the transaction sees what is deleted.
    /// - Parameter shared: whether shared mailboxes are meant; nil: also them.
    func keptUsers(
        at address: EmailAddress, shared: Bool? = nil, in transaction: PostgresTransaction
    ) async throws -> [(tenant: Int64, user: Int64)] {
        try await showDeleted(in: transaction)
        return try await transaction.query(
            """
            SELECT u.tenant_id, u.user_id FROM domains d JOIN users u USING (tenant_id, domain_id)
            WHERE d.name = $1 AND u.local_part = $2 AND u.deleted_at IS NOT NULL AND ($3::bool IS NULL OR u.shared = $3)
            ORDER BY u.deleted_at DESC
            """, [.text(address.domain.text), .text(address.localPart), .optionalBool(shared)]
        ).rows.map { (try $0.int8(0), try $0.int8(1)) }
    }
}
