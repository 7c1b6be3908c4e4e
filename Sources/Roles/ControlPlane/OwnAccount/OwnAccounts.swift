import AdminAPI
import Cryptography
import Postgres
import Runtime

/// People who change what is theirs from another machine, without a session: each request proves whose account it is.
///
/// The requests are strangers' until then. So wrong passwords are counted with those of mail programs (`LoginThrottle`), a wrong one costs
/// what it costs there, an unknown address is answered as a wrong password is, in the same time, and what is refused is in no audit log.
@EventLoopActor
final class OwnAccounts {
    private let database: PostgresPool
    private let domains: DomainTable
    private let authenticator: Authenticator
    private let journal: Journal

    init(database: PostgresPool, domains: DomainTable, authenticator: Authenticator, journal: Journal) {
        (self.database, self.domains, self.authenticator, self.journal) = (database, domains, authenticator, journal)
    }

    /// Whose account it is, as was proved.
    struct Owner: Sendable {
        let address: EmailAddress
        let keys: UserKeys
        /// Of the password that proved it.
        let hash: String
    }

    private enum Outcome: Sendable { case accepted(Owner), refused, unavailable }

    /// - Throws: `AdminError`, the same one whatever is wrong.
    func prove(_ proof: AccountProof, from client: String) async throws -> Owner {
        let address = domains.canonical(proof.address), account = address.text
        let answers = Authenticator.Answers(refused: Outcome.refused, unavailable: .unavailable)
        let guess = try authenticator.guess(proof.password, at: account)
        let outcome = await authenticator.admitted(account, from: client, guess: guess, answers) {
            await self.verify(proof.password, of: address, isUrgent: $0)
        }
        switch outcome {
        case .accepted(let owner): return owner
        case .refused: throw refusal(of: proof, from: client)
        case .unavailable: throw AdminError(.unavailable, "Logins cannot be decided at the moment.", hint: "Try again in a few seconds.")
        }
    }

    private func refusal(of proof: AccountProof, from client: String) -> AdminError {
        journal.notice("a change of one's own account was refused", ["login": proof.address.text, "client": client])
        return AdminError(
            .unauthenticated, "The address or the password is wrong, or the account is suspended.",
            hint: "After several wrong passwords, wait a few minutes, or ask your administrator.")
    }

    private func verify(
        _ password: String, of address: EmailAddress, isUrgent: Bool
    ) async -> (Outcome, LoginThrottle.Result) {
        do {
            let found = try await database.query(
                """
                SELECT u.tenant_id, u.user_id, c.hash FROM domains d JOIN users u USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
                JOIN credentials c USING (tenant_id, user_id)
                WHERE d.name = $1 AND u.local_part = $2 AND NOT 'login' = ANY (u.suspended || t.suspended)
                """, [.text(address.domain.text), .text(address.localPart)]
            ).first
            let hash = try found?.text(2) ?? authenticator.dummyHash
            let matches = try await authenticator.hashing.verify(hash, password: password, isUrgent: isUrgent)
            guard matches, let found else { return (.refused, .wrong) }
            let keys = UserKeys(tenant: try found.int8(0), user: try found.int8(1))
            return (.accepted(Owner(address: address, keys: keys, hash: hash)), .right)
        } catch {
            journal.warning("a change of one's own account could not be decided", ["login": address.text, "error": "\(error)"])
            return (.unavailable, .undecided)
        }
    }
}
