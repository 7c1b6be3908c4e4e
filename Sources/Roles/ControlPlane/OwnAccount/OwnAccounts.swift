import AdminAPI
import Cryptography
import Glibc
import Postgres
import Runtime
import Supervision

/// People who change what is theirs from another machine, without a session: each request proves whose account it is.
///
/// The requests are strangers' until then. So wrong passwords are counted with those of mail programs (`LoginThrottle`), each costs what it
/// costs there, an unknown address is answered as a wrong password is, in the same time, and what is refused is in no audit log. Wrong
/// one-time passwords are counted by themselves, so that a mail program's right login does not forgive them.
@EventLoopActor
final class OwnAccounts {
    private let database: PostgresPool
    private let domains: DomainTable
    private let authenticator: Authenticator
    private let sealingKey: [UInt8]
    private let journal: Journal
    private var pace = ChangePace()

    /// - Parameter sealingKey: for the secrets of one-time passwords, which the database keeps.
    init(database: PostgresPool, domains: DomainTable, authenticator: Authenticator, sealingKey: [UInt8], journal: Journal) {
        (self.database, self.domains, self.authenticator) = (database, domains, authenticator)
        (self.sealingKey, self.journal) = (sealingKey, journal)
    }

    /// Whose account it is, as was proved.
    struct Owner: Sendable {
        let address: EmailAddress
        let keys: UserKeys
        /// Of the password that proved it.
        let hash: String
        /// The password is not good any more for anything but changing it.
        let mustChange: Bool
        /// Whether a one-time password was asked for, and was right.
        let hasOneTimePasswords: Bool
        /// The network address from which it was proved.
        let client: String
    }

    /// A new one, and how it is kept.
    func newOneTimePassword() throws -> (OneTimePassword, sealed: [UInt8]) {
        let made = try OneTimePassword.random()
        return (made, try SealedBox.seal(made.secret, key: sealingKey))
    }

    /// What wrong one-time passwords of an account are counted for; no address has a colon there.
    static nonisolated func codes(of account: String) -> String { "one-time-password:\(account)" }

    /// As `newOneTimePassword` sealed it.
    func opened(_ sealed: [UInt8]) throws -> OneTimePassword {
        OneTimePassword(secret: try SealedBox.open(sealed, key: sealingKey))
    }

    private enum Outcome: Sendable { case accepted(Owner), refused, suspended(reason: String), unavailable }

    /// - Parameter isLogin: whether somebody signs in to the account pages: that is logged as a login, and who has the right password
    ///   learns why the account is suspended, if there is a reason to tell, as mail programs do.
    /// - Throws: `AdminError`, the same one whatever else is wrong.
    func prove(_ proof: AccountProof, from client: String, isLogin: Bool = false) async throws -> Owner {
        let owner = try await proved(proof, from: client, isLogin)
        // Who signs in to the pages is held up there.
        guard isLogin || pace.admits(owner.keys, at: .now) else {
            throw AdminError(.tooMany, "Too many requests for this account in a short time.", hint: "Try again in a few seconds.")
        }
        return owner
    }

    private func proved(_ proof: AccountProof, from client: String, _ isLogin: Bool) async throws -> Owner {
        let address = domains.account(of: proof.address.text), account = address?.text ?? Authenticator.counted(proof.address.text)
        let answers = Authenticator.Answers(refused: Outcome.refused, unavailable: .unavailable)
        let guess = try authenticator.guess(proof.password, at: account), party = authenticator.party(of: address)
        let outcome = await authenticator.admitted(account, of: party, from: client, guess: guess, answers) {
            await self.verify(proof.password, of: address, for: party, from: client, isLogin, isUrgent: $0)
        }
        switch outcome {
        case .accepted(let owner) where owner.hasOneTimePasswords:
            // Not until the password's turn is over: who waits in both lines might wait for itself.
            switch await checkCode(proof.oneTimePassword ?? "", of: owner, from: client) {
            case .accepted(let owner): return owner
            case .refused, .suspended: throw refusal(of: proof, from: client, isLogin)
            case .unavailable: throw Self.undecided
            }
        case .accepted(let owner): return owner
        case .suspended(let reason): throw AdminError(.forbidden, "This account is suspended: \(reason)")
        case .refused: throw refusal(of: proof, from: client, isLogin)
        case .unavailable: throw Self.undecided
        }
    }

    private func checkCode(_ code: String, of owner: Owner, from client: String) async -> Outcome {
        let account = Self.codes(of: owner.address.text)
        // Each is a guess of its own, the same one again too: what was wrong is right at another time.
        let guess = UInt64.random(in: .min ... .max)
        let answers = Authenticator.Answers(refused: Outcome.refused, unavailable: .unavailable)
        return await authenticator.admitted(account, of: .tenant(owner.keys.tenant), from: client, guess: guess, answers) { _ in
            do {
                let isRight = try await self.take(code, of: owner.keys)
                return isRight ? (.accepted(owner), .right) : (.refused, .wrong)
            } catch {
                self.journal.warning("a one-time password could not be decided", ["login": owner.address.text, "error": "\(error)"])
                return (.unavailable, .undecided)
            }
        }
    }

    /// Whether the one-time password is right; it is good once.
    private func take(_ code: String, of keys: UserKeys) async throws -> Bool {
        let user: [PostgresValue] = [.int8(keys.tenant), .int8(keys.user)]
        let found = try await database.query("SELECT secret, step FROM one_time_passwords WHERE tenant_id = $1 AND user_id = $2", user)
        guard let row = found.first else { return false }
        let expected = OneTimePassword(secret: try SealedBox.open(try row.bytes(0), key: sealingKey)), last = try row.int8(1)
        guard let step = try expected.step(of: code, at: Int64(time(nil)), after: last) else { return false }
        // Lost to another request with the same one.
        let taken = try await database.query(
            "UPDATE one_time_passwords SET step = $3 WHERE tenant_id = $1 AND user_id = $2 AND step = $4 RETURNING 1",
            user + [.int8(step), .int8(last)])
        return !taken.isEmpty
    }

    private static let undecided = AdminError(
        .unavailable, "Logins cannot be decided at the moment.", hint: "Try again in a few seconds.")

    private func refusal(of proof: AccountProof, from client: String, _ isLogin: Bool) -> AdminError {
        var fields = ["login": proof.address.text, "client": client]
        if isLogin { fields["service"] = ClientService.web.rawValue }
        journal.notice(isLogin ? "login refused" : "a change of one's own account was refused", fields)
        return Self.notProved
    }

    static nonisolated let notProved = AdminError(
        .unauthenticated, "Address, password or one-time password are wrong, or the account is suspended.",
        hint: "One-time passwords are good for half a minute, and once. After several wrong ones wait a few minutes.")

    private func verify(
        _ password: String, of address: EmailAddress?, for party: HashingParty, from client: String, _ isLogin: Bool, isUrgent: Bool
    ) async -> (Outcome, LoginThrottle.Result) {
        do {
            let account = try await find(address)
            let isSuspended = try account?.bool(5) ?? false
            let reason = try isLogin && isSuspended ? account?.optionalText(6) : nil
            // Who is not told why hears what everybody hears whose password is wrong.
            let found = isSuspended && reason == nil ? nil : account
            let hash = try found?.text(2) ?? authenticator.dummyHash
            let matches = try await authenticator.matches(hash, password: password, for: party, isUrgent: isUrgent)
            guard matches, let address, let found else { return (.refused, .wrong) }
            if let reason { return (.suspended(reason: reason), .wrong) }
            let keys = UserKeys(tenant: try found.int8(0), user: try found.int8(1))
            let owner = Owner(
                address: address, keys: keys, hash: hash, mustChange: try found.bool(3), hasOneTimePasswords: try found.bool(4),
                client: client)
            // Half a proof forgives nothing.
            return (.accepted(owner), owner.hasOneTimePasswords ? .undecided : .right)
        } catch {
            journal.warning(
                "a change of one's own account could not be decided", ["login": address?.text ?? "no address", "error": "\(error)"])
            return (.unavailable, .undecided)
        }
    }

    private func find(_ address: EmailAddress?) async throws(PostgresError) -> PostgresRow? {
        guard let address else { return nil }
        return try await database.query(
            """
            SELECT u.tenant_id, u.user_id, c.hash, coalesce(c.change_by <= now(), false), o.user_id IS NOT NULL,
                'login' = ANY (u.suspended || t.suspended),
                CASE WHEN 'login' = ANY (u.suspended) THEN u.suspension_reason ELSE t.suspension_reason END
            FROM domains d JOIN users u USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            JOIN credentials c USING (tenant_id, user_id) LEFT JOIN one_time_passwords o USING (tenant_id, user_id)
            WHERE d.name = $1 AND u.local_part = $2 AND NOT u.shared
            """, [.text(address.domain.text), .text(address.localPart)]
        ).first
    }
}
