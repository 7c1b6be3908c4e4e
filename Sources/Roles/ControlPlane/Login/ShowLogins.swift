import AdminAPI

extension Provisioning {
    /// `login list`: the fullest counts first.
    func listLogins(_ request: AdminRequest<Nothing>) async throws -> [WrongLogins] { authenticator.wrongLogins() }

    /// `login unlock`.
    func unlockLogins(_ request: AdminRequest<Nothing>) async throws -> UnlockedLogins {
        let subject: LoginSubject = try request.path.require("subject")
        let forgotten = isRehearsal ? authenticator.counts(of: subject) : authenticator.unlock(subject)
        guard forgotten > 0 else {
            throw AdminError(.notFound, "No wrong logins are counted for \(subject).", hint: "`login list --all` shows what is counted.")
        }
        return UnlockedLogins(subject: subject, forgotten: forgotten)
    }
}
