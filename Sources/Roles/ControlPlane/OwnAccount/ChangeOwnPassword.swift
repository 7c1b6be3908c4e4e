import AdminAPI
import Postgres

extension Provisioning {
    /// A change of somebody's own password that may be made.
    struct ProvedChange: Sendable {
        let owner: OwnAccounts.Owner
        /// Of the new password.
        let hash: String
    }

    func provedChange(_ request: AdminRequest<UserPasswordChange>) async throws -> ProvedChange {
        let (proof, new) = (request.body.proof, request.body.new)
        try Self.checkIsElsewhere(request.caller)
        guard case .given(let text) = new else { throw AdminError(.invalid, "One's own password is given, not generated.") }
        // What the new one shows by itself, before there is work to be done.
        if let address = domains.account(of: proof.address.text) { try facts.passwords.check(text, of: .user(address)) }
        guard text != proof.password else { throw AdminError(.invalid, "The new password is the old one.", hint: "Choose another.") }
        let owner = try await ownAccounts.prove(proof, from: request.caller.origin)
        try await check(new, of: .user(owner.address))
        try await checkIsUnused(new, by: owner.keys)
        return ProvedChange(owner: owner, hash: try await hashing.hash(text, for: .tenant(owner.keys.tenant)))
    }

    /// `user change-password`: whoever is logged in with the old one is logged out.
    func changeOwnPassword(_ proved: ProvedChange) async throws -> Nothing {
        let owner = proved.owner
        try await change { transaction in
            try await requireUnchanged(owner, in: transaction)
            try await replaceCredentials([NewCredential(keys: owner.keys, hash: proved.hash)], in: transaction)
        }
        forgetLogins(of: owner.address)
        endSessions(tenant: owner.keys.tenant, user: owner.keys.user, reason: "Your password was changed; please log in again")
        tell(owner.keys, at: owner.address, of: .passwordChanged, by: owner)
        return Nothing()
    }

    /// Until the transaction ends the account is the one that was proved: its address is nobody else's, its password is the same, and so is
    /// whether that is enough.
    func requireUnchanged(_ owner: OwnAccounts.Owner, in transaction: PostgresTransaction) async throws {
        let same = try await transaction.query(
            """
            SELECT 1 FROM credentials c JOIN users u USING (tenant_id, user_id) JOIN domains d USING (tenant_id, domain_id)
            WHERE tenant_id = $1 AND user_id = $2 AND c.hash = $3 AND u.local_part = $4 AND d.name = $5
                AND $6 = EXISTS (SELECT FROM one_time_passwords o WHERE o.tenant_id = $1 AND o.user_id = $2)
                AND coalesce(c.change_by <= now(), false) = $7
                AND NOT 'login' = ANY (u.suspended || (SELECT t.suspended FROM tenants t WHERE t.tenant_id = $1))
            FOR UPDATE OF c FOR SHARE OF u
            """,
            [
                .int8(owner.keys.tenant), .int8(owner.keys.user), .text(owner.hash), .text(owner.address.localPart),
                .text(owner.address.domain.text), .bool(owner.hasOneTimePasswords), .bool(owner.mustChange),
            ])
        guard !same.isEmpty else {
            throw AdminError(.conflict, "The account was changed elsewhere meanwhile.", hint: "Try again with what holds now.")
        }
    }

    /// On the machine itself the kernel says who calls, and that is no user of ours.
    static func checkIsElsewhere(_ caller: AdminCaller) throws(AdminError) {
        guard caller.origin == "local" else { return }
        throw AdminError(
            .conflict, "People change what is theirs from another machine.",
            hint: "Say where with --server HOST; on this one, use `user password`.")
    }
}
