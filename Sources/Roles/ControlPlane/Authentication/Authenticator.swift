import AdminAPI
import Argon2
import Postgres
import Runtime
import Supervision

/// Decides logins for the gateway. The only reader of password hashes.
///
/// An unknown login, a suspended one and a wrong password cost the same work and get the same answer. No password reaches
/// a log or an error.
@EventLoopActor
final class Authenticator {
    private let database: PostgresPool
    private let hashing: PasswordHashing
    private let journal: Journal
    private var throttle = LoginThrottle()
    /// What passwords are compared with when there is no hash; made with the parameters of real ones.
    private let dummyHash: String

    init(database: PostgresPool, hashing: PasswordHashing, journal: Journal) async throws {
        (self.database, self.hashing, self.journal) = (database, hashing, journal)
        dummyHash = try await hashing.hash("there is no such user")
    }

    private struct Account {
        var user: AuthenticatedUser
        var hash: String?
        var isActive: Bool
    }

    func authenticate(_ attempt: LoginAttempt) async -> AuthenticationOutcome {
        let login = attempt.login.lowercased()
        guard let delay = throttle.delay(address: attempt.clientAddress, login: login, now: .now) else { return .unavailable }
        if delay > .zero { try? await Task.sleep(for: delay) }
        do {
            let account = try await find(login)
            let usable = account.flatMap { $0.isActive ? $0.hash : nil }
            let matches = try await hashing.verify(usable ?? dummyHash, password: attempt.password)
            guard matches, let account, let hash = usable else {
                throttle.failed(address: attempt.clientAddress, login: login, now: .now)
                journal.notice("login refused", ["login": login, "service": attempt.service.rawValue, "client": attempt.clientAddress])
                return .refused
            }
            throttle.succeeded(address: attempt.clientAddress, login: login)
            if Argon2.needsRehash(hash, policy: hashing.parameters) { await rehash(account, from: hash, password: attempt.password) }
            return .accepted(account.user)
        } catch {
            journal.warning("a login could not be decided", ["login": login, "error": "\(error)"])
            return .unavailable
        }
    }

    private func find(_ login: String) async throws -> Account? {
        guard let address = try? EmailAddress(login) else { return nil }
        let result = try await database.query(
            """
            SELECT u.tenant_id, u.user_id, c.hash, u.state = 'active' AND t.state = 'active'
            FROM domains d JOIN users u USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            LEFT JOIN credentials c USING (tenant_id, user_id)
            WHERE d.name = $1 AND u.local_part = $2
            """, [.text(address.domain.text), .text(address.localPart)])
        guard let row = result.first else { return nil }
        let user = AuthenticatedUser(tenant: try row.int8(0), user: try row.int8(1), address: address.text)
        return Account(user: user, hash: try row.optionalText(2), isActive: try row.bool(3))
    }

    /// The parameters were changed since: the password is at hand now, so its hash follows. Lost when the password was changed meanwhile.
    private func rehash(_ account: Account, from old: String, password: String) async {
        do {
            let fresh = try await hashing.hash(password)
            _ = try await database.query(
                "UPDATE credentials SET hash = $1 WHERE tenant_id = $2 AND user_id = $3 AND hash = $4",
                [.text(fresh), .int8(account.user.tenant), .int8(account.user.user), .text(old)])
        } catch {
            journal.warning("a password could not be hashed anew", ["error": "\(error)"])
        }
    }
}
