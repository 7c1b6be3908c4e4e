import AdminAPI
import Postgres

extension Provisioning {
    /// `user totp`: from now on the password alone opens no mail protocol. Former one-time passwords are good no longer.
    func enableOneTimePasswords(_ request: AdminRequest<Nothing>) async throws -> OneTimePasswordSecret {
        let address: EmailAddress = try request.path.require("address")
        let (oneTime, sealed) = try ownAccounts.newOneTimePassword()
        let keys = try await change { transaction in
            let keys = try await findWithLogin(address, in: transaction)
            _ = try await transaction.query(
                """
                INSERT INTO one_time_passwords (tenant_id, user_id, secret) VALUES ($1, $2, $3)
                ON CONFLICT (tenant_id, user_id) DO UPDATE SET secret = excluded.secret, step = 0, created_at = now()
                """, [.int8(keys.tenant), .int8(keys.user), .bytea(sealed)])
            return keys
        }
        forgetLogins(account: OwnAccounts.codes(of: address.text))
        endSessions(tenant: keys.tenant, user: keys.user, reason: "Your password alone is not enough any more; use an app password")
        tell(UserKeys(tenant: keys.tenant, user: keys.user), at: address, of: .oneTimePasswordsSet)
        return OneTimePasswordSecret(address: address, oneTimePassword: oneTime.address(issuer: "Casella", account: address.text))
    }

    /// `user totp --off`: the password opens mail protocols again.
    func disableOneTimePasswords(_ request: AdminRequest<Nothing>) async throws -> User {
        let address: EmailAddress = try request.path.require("address")
        let keys = try await change { transaction in
            let keys = try await findWithLogin(address, in: transaction)
            let removed = try await transaction.query(
                "DELETE FROM one_time_passwords WHERE tenant_id = $1 AND user_id = $2 RETURNING 1", [.int8(keys.tenant), .int8(keys.user)])
            guard !removed.isEmpty else {
                throw AdminError(.conflict, "\(address) has no one-time passwords.", hint: "`user totp \(address)` sets them up.")
            }
            return keys
        }
        forgetLogins(account: OwnAccounts.codes(of: address.text))
        endSessions(tenant: keys.tenant, user: keys.user, services: [.web], reason: "You have no one-time passwords any more")
        tell(UserKeys(tenant: keys.tenant, user: keys.user), at: address, of: .oneTimePasswordsOff)
        return try await user(address)
    }
}
