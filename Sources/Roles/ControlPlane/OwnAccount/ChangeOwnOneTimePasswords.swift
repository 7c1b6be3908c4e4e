import AdminAPI
import Postgres

extension Provisioning {
    /// From now on the owner's password alone opens nothing.
    /// - Parameters:
    ///   - sealed: what they are made from, which the owner's app has.
    ///   - step: that of the one-time password that showed it, which is good no longer.
    func enableOwnOneTimePasswords(_ sealed: [UInt8], after step: Int64, _ owner: OwnAccounts.Owner) async throws {
        try await change { transaction in
            try await requireUnchanged(owner, in: transaction)  // also that there are none yet
            _ = try await transaction.query(
                "INSERT INTO one_time_passwords (tenant_id, user_id, secret, step) VALUES ($1, $2, $3, $4)",
                [.int8(owner.keys.tenant), .int8(owner.keys.user), .bytea(sealed), .int8(step)])
        }
        forgetLogins(account: OwnAccounts.codes(of: owner.address.text))
        endSessions(
            tenant: owner.keys.tenant, user: owner.keys.user, reason: "Your password alone is not enough any more; use an app password")
        tell(owner.keys, at: owner.address, of: .oneTimePasswordsSet, by: owner)
    }

    /// The owner's password opens mail protocols again.
    func disableOwnOneTimePasswords(_ owner: OwnAccounts.Owner) async throws {
        guard owner.hasOneTimePasswords else { throw AdminError(.conflict, "You have no one-time passwords.") }
        try await change { transaction in
            try await requireUnchanged(owner, in: transaction)
            _ = try await transaction.query(
                "DELETE FROM one_time_passwords WHERE tenant_id = $1 AND user_id = $2", [.int8(owner.keys.tenant), .int8(owner.keys.user)])
        }
        forgetLogins(account: OwnAccounts.codes(of: owner.address.text))
        endSessions(tenant: owner.keys.tenant, user: owner.keys.user, services: [.web], reason: "You have no one-time passwords any more")
        tell(owner.keys, at: owner.address, of: .oneTimePasswordsOff, by: owner)
    }
}
