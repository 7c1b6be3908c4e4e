import AdminAPI

extension Provisioning {
    /// Who makes an app password: with the account's own password, which no app password stands for. One of who has one-time passwords
    /// needs one of those too.
    func provedMaker(_ request: AdminRequest<NewOwnAppPassword>) async throws -> OwnAccounts.Owner {
        let owner = try await proved(request.body.proof, by: request.caller)
        try Self.checkIsGood(owner)
        return owner
    }

    /// `self app-password`.
    func createOwnAppPassword(_ request: AdminRequest<NewOwnAppPassword>, _ owner: OwnAccounts.Owner) async throws -> CreatedAppPassword {
        try await makeAppPassword(request.body.appPassword, of: owner.address, owner: owner)
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
