import AdminAPI
import Cryptography
import Glibc
import Postgres
import Runtime

/// Logins of administrators from other machines: a password, a one-time password, and then a token that stands for both for a while.
///
/// Wrong ones are counted where those of users are (`LoginThrottle`). Neither passwords nor tokens are kept, only what proves them.
@EventLoopActor
final class AdministratorSessions {
    /// How long a token is good.
    static nonisolated let lifetime: Int64 = 12 * 3600
    /// Tokens of one administrator at one time; a further login ends the oldest.
    private static let limit: Int64 = 20

    private let database: PostgresPool
    private let authenticator: Authenticator
    private let sealingKey: [UInt8]
    private let journal: Journal

    /// - Parameter sealingKey: for the secrets of one-time passwords, which the database keeps.
    init(database: PostgresPool, authenticator: Authenticator, sealingKey: [UInt8], journal: Journal) {
        (self.database, self.authenticator, self.sealingKey, self.journal) = (database, authenticator, sealingKey, journal)
    }

    // MARK: One-time passwords

    /// A new one, and how it is kept.
    func newOneTimePassword() throws -> (OneTimePassword, sealed: [UInt8]) {
        let made = try OneTimePassword.random()
        return (made, try SealedBox.seal(made.secret, key: sealingKey))
    }

    // MARK: Logging in

    private enum Outcome { case accepted(Int64), refused, unavailable }

    /// - Returns: the administrator's number.
    func prove(_ login: AdminLogin, from address: String) async throws -> Int64 {
        let account = Self.account(login.name)
        // A wrong code is a guess of its own: whoever knows the password must not try codes for the price of one.
        let tried = "\(account.utf8.count):\(account)\(login.password.utf8.count):\(login.password)\(login.oneTimePassword)"
        let named = try Cryptography.hmacSHA256(key: authenticator.key, Array(tried.utf8))
        let guess = named.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let answers = Authenticator.Answers(refused: Outcome.refused, unavailable: .unavailable)
        let outcome = await authenticator.admitted(account, of: .platform, from: address, guess: guess, answers) {
            await self.verify(login, isUrgent: $0)
        }
        switch outcome {
        case .accepted(let administrator): return administrator
        case .refused:
            journal.notice("an administrator's login was refused", ["name": login.name.text, "client": address])
            throw Self.wrong
        case .unavailable:
            throw AdminError(.unavailable, "Logins cannot be decided at the moment.", hint: "Try again in a few seconds.")
        }
    }

    private static let wrong = AdminError(
        .unauthenticated, "Name, password or one-time password are wrong, or the account is suspended.",
        hint: "One-time passwords are good for half a minute, and once.")

    /// What wrong logins are counted for; no address has a colon there.
    static nonisolated func account(_ name: AdministratorName) -> String { "administrator:\(name)" }

    private func verify(_ login: AdminLogin, isUrgent: Bool) async -> (Outcome, LoginThrottle.Result) {
        do {
            let found = try await database.query(
                """
                SELECT a.administrator_id, a.hash, a.totp_secret, a.totp_step, \(Self.isUsable), a.administered_tenant
                FROM administrators a LEFT JOIN tenants t ON t.tenant_id = a.administered_tenant
                LEFT JOIN domains d ON d.tenant_id = a.administered_tenant AND d.domain_id = a.administered_domain WHERE a.name = $1
                """, [.text(login.name.text)]).first
            let usable = try found.flatMap { try $0.bool(4) ? $0 : nil }
            let party = try found?.optionalInt8(5).map { HashingParty.tenant($0) } ?? .platform
            let hash = try usable?.text(1) ?? authenticator.dummyHash
            let matches = try await authenticator.hashing.verify(hash, password: login.password, for: party, isUrgent: isUrgent)
            guard matches, let usable else { return (.refused, .wrong) }
            let expected = OneTimePassword(secret: try SealedBox.open(try usable.bytes(2), key: sealingKey))
            let last = try usable.int8(3), administrator = try usable.int8(0)
            guard let step = try expected.step(of: login.oneTimePassword, at: Int64(time(nil)), after: last) else {
                return (.refused, .wrong)
            }
            // Lost to another login with the same password: it is good once.
            let taken = try await database.query(
                """
                UPDATE administrators SET totp_step = $1, last_login_at = now()
                WHERE administrator_id = $2 AND totp_step = $3 RETURNING 1
                """, [.int8(step), .int8(administrator), .int8(last)])
            return taken.isEmpty ? (.refused, .wrong) : (.accepted(administrator), .right)
        } catch {
            journal.warning("an administrator's login could not be decided", ["name": login.name.text, "error": "\(error)"])
            return (.unavailable, .undecided)
        }
    }

    /// Of the administrator's password.
    func hash(of administrator: Int64) async throws -> String? {
        try await database.query("SELECT hash FROM administrators WHERE administrator_id = $1", [.int8(administrator)]).first?.text(0)
    }

    /// Neither suspended nor deleted, and what is administered neither: the tables do not show what is deleted.
    private static let isUsable = """
        a.state = 'active' AND NOT coalesce('login' = ANY (t.suspended), false)
            AND (a.administered_tenant IS NULL OR t.tenant_id IS NOT NULL) AND (a.administered_domain IS NULL OR d.domain_id IS NOT NULL)
        """

    /// For who proved to be this administrator.
    func begin(_ administrator: Int64, from address: String) async throws -> AdminToken {
        let token = Hexadecimal.encode(try Cryptography.randomBytes(32))
        let expiry = Timestamp(secondsSince1970: Int64(time(nil)) + Self.lifetime)
        let results = try await database.pipeline(
            [
                PostgresStatement("DELETE FROM administrator_sessions WHERE expires_at < now()"),
                PostgresStatement(
                    """
                    DELETE FROM administrator_sessions WHERE token_digest IN (SELECT token_digest FROM administrator_sessions
                        WHERE administrator_id = $1 ORDER BY created_at DESC OFFSET $2)
                    """, [.int8(administrator), .int8(Self.limit - 1)]),
            ] + Self.locks.map { PostgresStatement($0, [.int8(administrator)]) } + [
                PostgresStatement(
                    """
                    INSERT INTO administrator_sessions (token_digest, administrator_id, origin, expires_at)
                    SELECT $1, a.administrator_id, $3, $4 FROM administrators a LEFT JOIN tenants t ON t.tenant_id = a.administered_tenant
                    LEFT JOIN domains d ON d.tenant_id = a.administered_tenant AND d.domain_id = a.administered_domain
                    WHERE a.administrator_id = $2 AND \(Self.isUsable)
                    """,
                    [
                        .bytea(try Self.digest(of: token)), .int8(administrator), .text(address),
                        .timestamp(expiry.secondsSince1970 * 1_000_000),
                    ])
            ])
        guard results.last?.affected == 1 else { throw Self.wrong }
        return AdminToken(token: token, expiresAt: expiry)
    }

    /// Whoever suspends or deletes at this moment waits for the session, and ends it.
    private static let locks = [
        "SELECT 1 FROM administrators WHERE administrator_id = $1 FOR SHARE",
        """
        SELECT 1 FROM tenants WHERE tenant_id = (SELECT administered_tenant FROM administrators WHERE administrator_id = $1) FOR SHARE
        """,
        """
        SELECT 1 FROM domains WHERE (tenant_id, domain_id) = (
            SELECT administered_tenant, administered_domain FROM administrators WHERE administrator_id = $1) FOR SHARE
        """,
    ]

    // MARK: Tokens

    private static func digest(of token: String) throws -> [UInt8] { try Cryptography.sha256(Array(token.utf8)) }

    /// Whose token it is; nil when it is nobody's, or good no longer.
    func caller(_ token: String, from address: String) async throws -> AdminCaller? {
        let digest = try Self.digest(of: token)
        let found = try await database.query(
            """
            SELECT a.administrator_id, a.name, a.role, a.administered_tenant, t.name, a.administered_domain, d.name, s.expires_at
            FROM administrator_sessions s JOIN administrators a USING (administrator_id)
            LEFT JOIN tenants t ON t.tenant_id = a.administered_tenant
            LEFT JOIN domains d ON d.tenant_id = a.administered_tenant AND d.domain_id = a.administered_domain
            WHERE s.token_digest = $1 AND s.expires_at > now() AND \(Self.isUsable)
            """, [.bytea(digest)])
        guard let row = found.first, let role = Role(rawValue: try row.text(2)) else { return nil }
        var part: AdministeredPart?
        if let tenant = try row.optionalInt8(3) {
            part = AdministeredPart(
                tenant: tenant, tenantName: try row.name(4), domain: try row.optionalInt8(5),
                domainName: try row.optionalText(6).map { try DomainName($0) })
        }
        let session = AdministratorSession(administrator: try row.int8(0), tokenDigest: digest, expiresAt: try row.moment(7))
        return AdminCaller(name: try row.text(1), role: role, part: part, origin: address, session: session)
    }

    func end(_ session: AdministratorSession) async throws {
        _ = try await database.query("DELETE FROM administrator_sessions WHERE token_digest = $1", [.bytea(session.tokenDigest)])
    }

    /// Every session of the administrator, and the wrong logins that were counted.
    func endAll(of administrator: AdministratorName) async throws {
        authenticator.forget(account: Self.account(administrator))
        _ = try await database.query(
            """
            DELETE FROM administrator_sessions
            WHERE administrator_id = (SELECT administrator_id FROM administrators WHERE name = $1)
            """, [.text(administrator.text)])
    }
}
