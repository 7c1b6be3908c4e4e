import AdminAPI
import Postgres

extension Provisioning {
    /// `user delete`: out of service at once, and kept with all mail until the grace period ends. Aliases and groups that lead to the
    /// address stay.
    func deleteUser(_ request: AdminRequest<Nothing>) async throws -> Deletion {
        let address: EmailAddress = try request.path.require("address")
        let wish = DeletionWish(request)
        let deleted = try await destroying(address.text) {
            try await change { transaction in try await delete(address, wish, in: transaction) }
        }
        forgetLogins(of: address)
        directoryChanged(of: deleted.tenant)
        for user in deleted.users { endSessions(tenant: deleted.tenant, user: user, reason: "This account is deleted") }
        return deleted.deletion
    }

    private struct DeletedUsers: Sendable {
        var tenant: Int64
        var users: [Int64]
        var deletion: Deletion
    }

    private func delete(_ address: EmailAddress, _ wish: DeletionWish, in transaction: PostgresTransaction) async throws -> DeletedUsers {
        let live = try await findIfThere(address, in: transaction)
        guard let keys = live else {
            guard wish.now else { throw AdminError.noUser(address) }
            return try await destroyKept(address, in: transaction)
        }
        let period = wish.now ? .atOnce : try await gracePeriod(of: keys.tenant, in: transaction)
        let key: [PostgresValue] = [.int8(keys.tenant), .int8(keys.user)]
        try await showDeleted(in: transaction)
        let doomed = Doomed.user(tenant: keys.tenant, user: keys.user)
        if wish.now { try await requireNoHold(on: doomed, called: address.text, in: transaction) }
        if period == .atOnce, try await hold(on: doomed, in: transaction) == nil {
            _ = try await transaction.query("DELETE FROM users WHERE tenant_id = $1 AND user_id = $2", key)
            return DeletedUsers(tenant: keys.tenant, users: [keys.user], deletion: .destroyed)
        }
        let kept = try await transaction.query(
            """
            UPDATE users SET \(DeletionWish.state) WHERE tenant_id = $3 AND user_id = $4 AND deleted_at IS NULL RETURNING kept_until
            """, wish.parameters(period) + key)
        guard let row = kept.first else { throw AdminError.noUser(address) }  // at the same moment
        return DeletedUsers(tenant: keys.tenant, users: [keys.user], deletion: try Deletion(kept: row))
    }

    /// Those who had the address and are deleted already.
    private func destroyKept(_ address: EmailAddress, in transaction: PostgresTransaction) async throws -> DeletedUsers {
        let kept = try await keptUsers(at: address, in: transaction)
        guard let tenant = kept.first?.tenant else { throw AdminError.noUser(address) }
        for keys in kept {
            try await requireNoHold(on: .user(tenant: keys.tenant, user: keys.user), called: address.text, in: transaction)
            _ = try await transaction.query(
                "DELETE FROM users WHERE tenant_id = $1 AND user_id = $2", [.int8(keys.tenant), .int8(keys.user)])
        }
        return DeletedUsers(tenant: tenant, users: [], deletion: .destroyed)
    }

    /// Keys of the deleted users who had the address, the last deleted first. The rest of the transaction sees what is deleted.
    func keptUsers(at address: EmailAddress, in transaction: PostgresTransaction) async throws -> [(tenant: Int64, user: Int64)] {
        try await showDeleted(in: transaction)
        return try await transaction.query(
            """
            SELECT u.tenant_id, u.user_id FROM domains d JOIN users u USING (tenant_id, domain_id)
            WHERE d.name = $1 AND u.local_part = $2 AND u.deleted_at IS NOT NULL ORDER BY u.deleted_at DESC
            """, [.text(address.domain.text), .text(address.localPart)]
        ).rows.map { (try $0.int8(0), try $0.int8(1)) }
    }
}
