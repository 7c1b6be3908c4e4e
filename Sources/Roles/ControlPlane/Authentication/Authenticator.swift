import AdminAPI
import Argon2
import Cryptography
import Postgres
import Runtime
import Supervision

/// Decides logins for the gateway. The only reader of password hashes.
///
/// An unknown login, a suspended one, a wrong password and a locked login get the same answer in similar time. No password reaches a log
/// or an error.
///
/// Wrong logins are counted here (`LoginThrottle`) and nowhere else: here come those of all services, whichever process asks, and a gateway
/// that a client crashed forgets nothing. They are counted in memory: of what strangers send this process parses only heads, forms and
/// cookies of HTTP, within small bounds, so they cannot make it forget, and each of them costs no write to disk. Where right ones came
/// from is kept on disk too (`FamiliarNetworkRows`): a restart makes no owner a stranger.
@EventLoopActor
final class Authenticator {
    let database: PostgresPool
    let domains: DomainTable
    let hashing: PasswordHashing
    let appPasswords: AppPasswordDigest
    let journal: Journal
    var throttle: LoginThrottle
    let networks: FamiliarNetworkRows
    let history: LoginHistory
    var refusalTimes: RefusalTimes
    var foreignCosts = ForeignCosts()
    /// What passwords are compared with when there is no hash; made with the parameters of real ones.
    let dummyHash: String
    /// Names a password in the throttle; dies with this process.
    let key: [UInt8]
    /// Logins that are being decided, so that a mail program that opens ten connections at once costs one hash.
    private var deciding: [Login: Task<AuthenticationOutcome, Never>] = [:]
    private var waiting: [WaitingForPlace] = []
    /// Logins that may wait for others of their place: in all, and those of one party, which takes no other's room.
    private static let waitingLimit = 4_096, waitingLimitOfParty = 256

    private struct WaitingForPlace {
        var account: String
        var origin: ClientOrigin
        var party: HashingParty
        var turn: CheckedContinuation<Void, Never>
    }

    /// A login as far as it can be told from another.
    private struct Login: Hashable {
        /// Canonical, so that no other spelling of an account is another account here.
        var account: String
        /// Nobody is let in by what another service was told: an app password may be good for one alone.
        var service: ClientService
        var client: String
        var guess: [UInt8]
    }

    init(
        database: PostgresPool, domains: DomainTable, hashing: PasswordHashing, appPasswords: AppPasswordDigest, limits: WrongLoginLimits,
        journal: Journal
    ) async throws {
        self.domains = domains
        (self.database, self.hashing, self.appPasswords, self.journal) = (database, hashing, appPasswords, journal)
        key = try Cryptography.randomBytes(32)
        throttle = LoginThrottle(limits)
        networks = FamiliarNetworkRows(database: database)
        history = LoginHistory(database: database, journal: journal)
        dummyHash = try await hashing.hash("there is no such user", for: .platform)
        let clock = ContinuousClock(), hash = dummyHash
        refusalTimes = RefusalTimes(
            first: try await clock.measure { _ = try await hashing.verify(hash, password: "", for: .platform, isUrgent: false) })
    }

    func authenticate(_ attempt: LoginAttempt) async -> AuthenticationOutcome {
        let outcome = await outcome(of: attempt)
        if case .accepted(let user) = outcome { history.add(user, attempt.service, from: attempt.clientAddress) }
        return outcome
    }

    private func outcome(of attempt: LoginAttempt) async -> AuthenticationOutcome {
        let address = domains.account(of: attempt.login)
        let account = address?.text ?? Self.counted(attempt.login)
        guard let guess = try? digest(of: attempt.password, at: account) else { return .unavailable }
        let login = Login(account: account, service: attempt.service, client: attempt.clientAddress, guess: guess)
        if let same = deciding[login] { return await same.value }
        let task = EventLoopActor.task { await self.decide(login, address, attempt) }
        deciding[login] = task
        defer { deciding[login] = nil }
        return await task.value
    }

    /// What wrong logins are counted for under a name that is no address. Some look like what wrong one-time passwords are counted for,
    /// which nobody fills up by a login.
    static func counted(_ name: String) -> String {
        let name = name.lowercased()
        return name.hasPrefix(OwnAccounts.codes(of: "")) ? "login:\(name)" : name
    }

    private func decide(_ login: Login, _ address: EmailAddress?, _ attempt: LoginAttempt) async -> AuthenticationOutcome {
        let guess = Self.name(login.guess)
        let answers = Answers(refused: AuthenticationOutcome.refused, unavailable: .unavailable)
        let party = party(of: address)
        return await admitted(login.account, of: party, from: login.client, guess: guess, answers) {
            await self.verify(address, attempt, for: party, isUrgent: $0)
        }
    }

    /// Whose turns a login at the address takes: by its domain, so that it says nothing of who is there.
    func party(of address: EmailAddress?) -> HashingParty { address.flatMap { domains.tenant(of: $0) }.map { .tenant($0) } ?? .nobody }

    /// Names what was tried in the throttle, without saying it.
    func guess(_ secret: String, at account: String) throws(CryptographyError) -> UInt64 {
        Self.name(try digest(of: secret, at: account))
    }

    private func digest(of secret: String, at account: String) throws(CryptographyError) -> [UInt8] {
        try Cryptography.hmacSHA256(key: key, Array("\(account.utf8.count):\(account)\(secret)".utf8))
    }

    private static func name(_ digest: [UInt8]) -> UInt64 { digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// What is said to a login that is not even tried.
    struct Answers<Answer: Sendable>: Sendable {
        var refused: Answer
        var unavailable: Answer
    }

    /// Has a login tried when its turn comes, or refuses it for the wrong ones before it.
    /// - Parameters:
    ///   - account: what the wrong logins are counted for.
    ///   - party: whose turns a hash for it takes.
    ///   - guess: names the password, for this process alone.
    ///   - verify: gets whether it goes before strangers' logins.
    func admitted<Answer: Sendable>(
        _ account: String, of party: HashingParty, from client: String, guess: UInt64, _ answers: Answers<Answer>,
        verify: (Bool) async -> (Answer, LoginThrottle.Result)
    ) async -> Answer {
        let origin = ClientOrigin(client)
        while true {
            switch throttle.admit(account, from: origin, guess: guess, now: .now) {
            case .wait:
                let others = waiting.count { $0.party == party }
                guard waiting.count < Self.waitingLimit, others < Self.waitingLimitOfParty else { return answers.unavailable }
                await withCheckedContinuation {
                    waiting.append(WaitingForPlace(account: account, origin: origin, party: party, turn: $0))
                }
            case .refuse(let delay):
                guard hashing.hasRoom(for: party) else { return answers.unavailable }  // as if it were to be tried
                try? await Task.sleep(for: delay + refusalTimes.one())
                return answers.refused
            case .tryAfter(let delay, let ticket):
                if delay > .zero { try? await Task.sleep(for: delay) }
                let began = ContinuousClock.now
                let (answer, result) = await verify(ticket.isFamiliar)
                if result == .wrong {
                    if case let rest = refusalTimes.least - (.now - began), rest > .zero { try? await Task.sleep(for: rest) }
                    refusalTimes.add(.now - began)
                }
                for subject in throttle.finish(ticket, result, now: .now) { report(subject) }
                if result == .right { write(ticket) }
                wake(behind: ticket)
                return answer
            }
        }
    }

    /// Who may be tried now that this one is done: others wait for other places and accounts.
    private func wake(behind ticket: LoginThrottle.Ticket) {
        let woken = waiting.filter { $0.account == ticket.account || $0.origin.network == ticket.origin.network }
        guard !woken.isEmpty else { return }
        waiting.removeAll { $0.account == ticket.account || $0.origin.network == ticket.origin.network }
        for one in woken { one.turn.resume() }
    }

    // MARK: Passwords

    private struct Account {
        var user: AuthenticatedUser
        var hash: String?
        /// nil: may log in.
        var suspension: Suspension?
        var isActive: Bool { suspension == nil }
        var bar: OwnPasswordBar?

        struct Suspension {
            /// What the user is told whose password is right; nil: that it is wrong.
            var reason: String?
        }
    }

    private func verify(
        _ address: EmailAddress?, _ attempt: LoginAttempt, for party: HashingParty, isUrgent: Bool
    ) async -> (AuthenticationOutcome, LoginThrottle.Result) {
        do {
            let account = if let address { try await find(address) } else { Account?.none }
            if let account, account.isActive || account.suspension?.reason != nil,
                let device = try await appPassword(attempt, of: account.user)
            {
                if let reason = account.suspension?.reason { return (.suspended(reason: "This account is suspended: \(reason)"), .wrong) }
                guard account.user.services.contains(attempt.service) else {
                    return (.suspended(reason: attempt.service.outOfPlan), .right)
                }
                var user = account.user
                (user.services, user.appPassword) = (ClientServices(of: [attempt.service]), device)
                return (.accepted(user), .right)
            }
            // Who is not told why hears what everybody hears whose password is wrong.
            let usable = account.flatMap { $0.isActive || $0.suspension?.reason != nil ? $0.hash : nil }
            let matches = try await matches(usable ?? dummyHash, password: attempt.password, for: party, isUrgent: isUrgent)
            guard matches, let account, let hash = usable else {
                journal.notice(
                    "login refused", ["login": attempt.login, "service": attempt.service.rawValue, "client": attempt.clientAddress])
                return (.refused, .wrong)
            }
            if let reason = account.suspension?.reason { return (.suspended(reason: "This account is suspended: \(reason)"), .wrong) }
            if Argon2.needsRehash(hash, policy: hashing.parameters) { await rehash(account, from: hash, password: attempt.password) }
            // Neither counted nor forgiving: mail programs ask again and again, and guesses at what is missing must not be forgiven.
            if let bar = account.bar { return (.suspended(reason: bar.reason), .undecided) }
            guard account.user.services.contains(attempt.service) else { return (.suspended(reason: attempt.service.outOfPlan), .right) }
            return (.accepted(account.user), .right)
        } catch {
            journal.warning("a login could not be decided", ["login": attempt.login, "error": "\(error)"])
            return (.unavailable, .undecided)
        }
    }

    /// nil also for a shared mailbox: it is nobody who could log in.
    private func find(_ address: EmailAddress) async throws -> Account? {
        let result = try await database.query(
            """
            SELECT u.tenant_id, u.user_id, c.hash, 'login' = ANY (u.suspended || t.suspended),
                CASE WHEN 'login' = ANY (u.suspended) THEN u.suspension_reason ELSE t.suspension_reason END,
                limit_list(t.planned || t.limits || u.limits, 'protocols'), o.user_id IS NOT NULL,
                coalesce(c.change_by <= now(), false)
            FROM domains d JOIN users u USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            LEFT JOIN credentials c USING (tenant_id, user_id) LEFT JOIN one_time_passwords o USING (tenant_id, user_id)
            WHERE d.name = $1 AND u.local_part = $2 AND NOT u.shared
            """, [.text(address.domain.text), .text(address.localPart)])
        guard let row = result.first else { return nil }
        var user = AuthenticatedUser(tenant: try row.int8(0), user: try row.int8(1), address: address.text)
        if let allowed = try row.optionalTextArray(5) { user.services = .init(of: allowed.compactMap(ClientService.init(rawValue:))) }
        let suspension = try row.bool(3) ? Account.Suspension(reason: try row.optionalText(4)) : nil
        let bar: OwnPasswordBar? = try row.bool(6) ? .isNotEnough : row.bool(7) ? .mustBeChanged : nil
        return Account(user: user, hash: try row.optionalText(2), suspension: suspension, bar: bar)
    }

    /// The name of the device that may use the service, and has that password; none may use the web. What is none's is compared with the
    /// account's own password next, in the same time as any.
    private func appPassword(_ attempt: LoginAttempt, of user: AuthenticatedUser) async throws -> String? {
        guard attempt.service != .web, AppPasswordDigest.canBe(attempt.password) else { return nil }
        let digest = try appPasswords.digest(of: attempt.password, tenant: user.tenant, user: user.user)
        let found = try await database.query(
            """
            WITH used AS (
                UPDATE app_passwords SET used_at = now(), used_from = $5
                WHERE tenant_id = $1 AND user_id = $2 AND digest = $3 AND $4 = ANY (services)
                    AND (used_at IS NULL OR used_at < now() - interval '1 minute' OR used_from IS DISTINCT FROM $5))
            SELECT name FROM app_passwords WHERE tenant_id = $1 AND user_id = $2 AND digest = $3 AND $4 = ANY (services)
            """,
            [.int8(user.tenant), .int8(user.user), .bytea(digest), .text(attempt.service.rawValue), .text(attempt.clientAddress)])
        return try found.first?.text(0)
    }

    /// The parameters were changed since, or the hash is another mail system's: the password is at hand now, so its hash follows. Lost when
    /// the password was changed meanwhile.
    private func rehash(_ account: Account, from old: String, password: String) async {
        do {
            let fresh = try await hashing.hash(password, for: .tenant(account.user.tenant), isForLogin: true)
            _ = try await database.query(
                "UPDATE credentials SET hash = $1 WHERE tenant_id = $2 AND user_id = $3 AND hash = $4",
                [.text(fresh), .int8(account.user.tenant), .int8(account.user.user), .text(old)])
        } catch {
            journal.warning("a password could not be hashed anew", ["error": "\(error)"])
        }
    }
}
