import AdminAPI

extension Provisioning {
    /// `self app-password`: for who has one-time passwords. From all others a password alone would get one that outlives it.
    func createOwnAppPassword(_ request: AdminRequest<NewOwnAppPassword>) async throws -> CreatedAppPassword {
        try Self.checkIsElsewhere(request.caller)
        let owner = try await ownAccounts.prove(request.body.proof, from: request.caller.origin)
        guard owner.hasOneTimePasswords else {
            throw AdminError(
                .conflict, "\(owner.address) has no one-time passwords.", hint: "Ask your administrator for them, or for an app password.")
        }
        guard !owner.mustChange else {
            throw AdminError(.conflict, "Your password must be changed first.", hint: "`user change-password \(owner.address)`.")
        }
        return try await makeAppPassword(request.body.appPassword, of: owner.address)
    }
}
