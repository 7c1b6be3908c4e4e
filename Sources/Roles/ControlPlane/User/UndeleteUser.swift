import AdminAPI
import Postgres

extension Provisioning {
    /// `user undelete`: as it was, with mail, passwords and quota; of several who had the address, the one that was deleted last.
    ///
    /// It may not fit its quotas any more: then it holds what it holds, and new mail is refused, as with a quota that was lowered.
    func undeleteUser(_ request: AdminRequest<UserUndeletion>) async throws -> User {
        let old: EmailAddress = try request.path.require("address")
        let new = request.body.address ?? old
        let tenant = try await change { transaction in try await undelete(old, as: new, in: transaction) }
        directoryChanged(of: tenant)
        await alignUsage(of: tenant)
        return try await currentUser(new)
    }

    private func undelete(_ old: EmailAddress, as new: EmailAddress, in transaction: PostgresTransaction) async throws -> Int64 {
        var places: [DomainName: (tenant: Int64, domain: Int64)] = [:]
        for name in Set([old.domain, new.domain]).sorted() { places[name] = try await lockDomain(name, in: transaction) }
        guard let from = places[old.domain], let to = places[new.domain] else { throw AdminError.noUser(old) }
        guard from.tenant == to.tenant else {
            throw AdminError(.conflict, "The domain \(new.domain) belongs to another tenant.", hint: "A user stays with its tenant.")
        }
        try await requireNoHold(onLeaving: old.domain, at: from, for: to, in: transaction)
        guard let keys = try await keptUsers(at: old, in: transaction).first else {
            throw AdminError(.notFound, "There is no deleted user \(old).", hint: "`deleted list` shows what is kept.")
        }
        do {
            try await refuseUsed(new.text, localPart: new.localPart, at: to, as: .user, in: transaction)
        } catch let error as AdminError where error.code == .alreadyExists {
            throw AdminError(
                .alreadyExists, error.message,
                hint: "`user undelete \(old) --as ADDRESS` brings the deleted user back under another address; "
                    + "or rename or delete first what has this one.")
        }
        try await requireRoom(for: .users, of: keys.tenant, in: transaction)
        let changed = try await transaction.query(
            """
            UPDATE users SET \(DeletionWish.ending), domain_id = $3, local_part = $4
            WHERE tenant_id = $1 AND user_id = $2 AND deleted_at IS NOT NULL
            """, [.int8(keys.tenant), .int8(keys.user), .int8(to.domain), .text(new.localPart)])
        guard changed.affected == 1 else {
            throw AdminError(.conflict, "The user \(old) was brought back, or destroyed, at the same moment.")
        }
        return keys.tenant
    }
}
