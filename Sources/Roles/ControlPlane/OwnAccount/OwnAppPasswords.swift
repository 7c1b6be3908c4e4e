import AdminAPI

extension Provisioning {
    /// `self app-passwords`.
    func listOwnAppPasswords(_ request: AdminRequest<AccountProof>) async throws -> [AppPassword] {
        let owner = try await proved(request.body, by: request.caller)
        try Self.checkIsGood(owner)
        return try await appPasswords(of: owner.address)
    }

    func provedRevoker(_ request: AdminRequest<OwnAppPasswordRevocation>) async throws -> OwnAccounts.Owner {
        let owner = try await proved(request.body.proof, by: request.caller)
        try Self.checkIsGood(owner)
        return owner
    }

    /// `self revoke`: of a device that was lost, say. Whoever is logged in with it is logged out.
    func revokeOwnAppPassword(_ request: AdminRequest<OwnAppPasswordRevocation>, _ owner: OwnAccounts.Owner) async throws -> Nothing {
        try await removeAppPassword(request.body.name, of: owner.address, listing: "self app-passwords", owner: owner)
        return Nothing()
    }
}
