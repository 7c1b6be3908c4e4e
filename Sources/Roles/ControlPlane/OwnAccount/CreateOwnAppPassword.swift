import AdminAPI

extension Provisioning {
    /// `self app-password`: for who has one-time passwords. From all others a password alone would get one that outlives it.
    func createOwnAppPassword(_ request: AdminRequest<NewOwnAppPassword>) async throws -> CreatedAppPassword {
        let owner = try await proved(request.body.proof, by: request.caller)
        guard owner.hasOneTimePasswords else {
            throw AdminError(
                .conflict, "\(owner.address) has no one-time passwords.", hint: "Ask your administrator for them, or for an app password.")
        }
        try Self.checkIsGood(owner)
        return try await makeAppPassword(request.body.appPassword, of: owner.address, owner: owner)
    }

    func proved(_ proof: AccountProof, by caller: AdminCaller) async throws -> OwnAccounts.Owner {
        try Self.checkIsElsewhere(caller)
        return try await ownAccounts.prove(proof, from: caller.origin)
    }

    /// A password that must be changed is good for that alone.
    static func checkIsGood(_ owner: OwnAccounts.Owner) throws(AdminError) {
        guard owner.mustChange else { return }
        throw AdminError(.conflict, "Your password must be changed first.", hint: "`user change-password \(owner.address)`.")
    }
}
