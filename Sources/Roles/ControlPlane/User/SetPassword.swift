import AdminAPI

extension Provisioning {
    /// `user password`: whoever is logged in with the old one is logged out.
    func setPassword(_ request: AdminRequest<NewPassword>) async throws -> ChangedPassword {
        let address: EmailAddress = try request.path.require("address")
        try request.body.password.validate()
        _ = try await user(address)  // before the work of hashing
        let password = try request.body.password.resolved()
        let hash = try await hashing.hash(password.text)
        let keys = try await change { transaction in
            let keys = try await find(address, in: transaction)
            try await store(hash, tenant: keys.tenant, user: keys.user, in: transaction)
            return keys
        }
        authenticator.forget(address)
        endSessions(tenant: keys.tenant, user: keys.user, reason: "Your password was changed; please log in again")
        return ChangedPassword(address: address, generatedPassword: password.isGenerated ? password.text : nil)
    }
}
