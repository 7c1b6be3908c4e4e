import AdminAPI
import Postgres

extension Provisioning {
    /// `user password`: whoever is logged in with the old one is logged out.
    func setPassword(_ request: AdminRequest<NewPassword>) async throws -> ChangedPassword {
        let address: EmailAddress = try request.path.require("address")
        try request.body.password.validate(takesHash: true)
        try request.body.mustChange?.validate()
        let known = try await change { transaction in try await findWithLogin(address, in: transaction) }  // before the work of hashing
        try await check(request.body.password, of: .user(address))
        try await checkIsUnused(request.body.password, by: UserKeys(tenant: known.tenant, user: known.user))
        let credential = try await credential(request.body.password, of: address)
        let keys = try await change { transaction in
            let found = try await findWithLogin(address, in: transaction)
            let keys = UserKeys(tenant: found.tenant, user: found.user)
            try await replaceCredentials(
                [NewCredential(keys: keys, hash: credential.hash, mustChange: request.body.mustChange)], in: transaction)
            return keys
        }
        forgetLogins(of: address)
        endSessions(tenant: keys.tenant, user: keys.user, reason: "Your password was changed; please log in again")
        tell(keys, at: address, of: .passwordChanged)
        return ChangedPassword(address: address, generatedPassword: credential.generatedPassword)
    }
}
