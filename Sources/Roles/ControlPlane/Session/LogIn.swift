import AdminAPI

extension Provisioning {
    /// The number of the administrator who logs in, proved.
    func provedAdministrator(_ request: AdminRequest<AdminLogin>) async throws -> Int64 {
        guard request.caller.origin != "local" else {
            throw AdminError(.conflict, "On the machine itself nobody logs in: the kernel says who calls.")
        }
        return try await sessions.prove(request.body, from: request.caller.origin)
    }

    /// `session login`.
    func logIn(_ request: AdminRequest<AdminLogin>, _ administrator: Int64) async throws -> AdminToken {
        try await sessions.begin(administrator, from: request.caller.origin)
    }

    /// `session show`.
    func showSession(_ request: AdminRequest<Nothing>) async throws -> AdminSession {
        let caller = request.caller
        return AdminSession(
            name: caller.name, role: caller.role, tenant: caller.part?.tenantName, domain: caller.part?.domainName,
            expiresAt: caller.session?.expiresAt)
    }

    /// `session logout`.
    func logOut(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        try await sessions.end(try session(of: request.caller))
        return Nothing()
    }

    struct ProvedHash: Sendable {
        let old: String, new: String
    }

    /// The hash of a new password, for who proved by the old one to be the person, and not whoever found an open session.
    func provedNewHash(_ request: AdminRequest<OwnPasswordChange>) async throws -> ProvedHash {
        let administrator = try session(of: request.caller).administrator
        let party = request.caller.part.map { HashingParty.tenant($0.tenant) } ?? .platform
        try request.body.new.validate()
        guard case .given(let text) = request.body.new else { throw AdminError(.invalid, "One's own password is given, not generated.") }
        let hash = try await sessions.hash(of: administrator) ?? authenticator.dummyHash
        guard try await hashing.verifyForChange(hash, password: request.body.old, for: party) else {
            throw AdminError(.forbidden, "The old password is wrong.")
        }
        try await check(request.body.new, of: .administrator(try AdministratorName(request.caller.name)))
        guard text != request.body.old else { throw AdminError(.invalid, "The new password is the old one.", hint: "Choose another.") }
        return ProvedHash(old: hash, new: try await hashing.hash(text, for: party))
    }

    /// `session password`: of an account that is still as it was proved.
    func setOwnPassword(_ request: AdminRequest<OwnPasswordChange>, _ hash: ProvedHash) async throws -> Nothing {
        let administrator = try session(of: request.caller).administrator
        try await change { transaction in
            // One's own account is no part of what one administers.
            try await database.leavePart(in: transaction)
            let changed = try await transaction.query(
                "UPDATE administrators SET hash = $1 WHERE administrator_id = $2 AND hash = $3 AND state = 'active'",
                [.text(hash.new), .int8(administrator), .text(hash.old)])
            guard changed.affected == 1 else {
                throw AdminError(.conflict, "The account was changed elsewhere meanwhile.", hint: "Log in again with what holds now.")
            }
        }
        try await endSessions(of: AdministratorName(request.caller.name))
        return Nothing()
    }

    private func session(of caller: AdminCaller) throws(AdminError) -> AdministratorSession {
        guard let session = caller.session else {
            throw AdminError(.conflict, "You have no session: on the machine itself the kernel says who calls.")
        }
        return session
    }
}
