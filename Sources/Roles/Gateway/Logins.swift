import Cryptography
import Glibc
import NIOCore
import SASL
import Runtime
import Supervision

/// Asks the control plane whether a login is right, and remembers for a minute that it was. Which logins were let in by that, it is told
/// soon afterwards, for their history.
///
/// What is remembered is a keyed hash over the whole login name and the whole password, so that no part of either can stand
/// for another (CVE-2025-30189), with a key that dies with this process. Only right logins are remembered, each for the address that
/// it came from, and until a wrong one comes from there: whoever may not try any more must not find the right password here.
@EventLoopActor
package final class Logins {
    private static let memory = Duration.seconds(60)
    private static let remembered = 20_000
    /// How long logins wait to be told, and how many kinds of them.
    private static let tellingDelay = Duration.seconds(1), untold = 1_000

    private struct Place: Hashable {
        var account: String
        var address: String
    }
    private struct Proof {
        var hash: [UInt8]
        var user: AuthenticatedUser
        var expires: ContinuousClock.Instant
    }

    private let domains: HostedDomains
    private let patience: Duration
    private let key: [UInt8]
    private let ask: @EventLoopActor (Report) -> Void
    private var proofs: [Place: Proof] = [:]
    private var waiting: [Int64: CheckedContinuation<AuthenticationOutcome, Never>] = [:]
    private var lastID: Int64 = 0
    /// Counts `forget` calls, so that an answer that was under way meanwhile is not remembered.
    private var epoch = 0
    private var repeated = LoginTallies()
    private var willTell = false

    /// - Parameters:
    ///   - patience: how long an answer is waited for.
    ///   - ask: sends the question; its answer comes by `answered`.
    package init(
        _ domains: HostedDomains, patience: Duration = .seconds(30), _ ask: @escaping @EventLoopActor (Report) -> Void
    ) throws(CryptographyError) {
        (self.domains, self.patience) = (domains, patience)
        self.ask = ask
        key = try Cryptography.randomBytes(32)
    }

    package func check(_ attempt: LoginAttempt) async -> AuthenticationOutcome {
        let place = Place(account: domains.account(of: attempt.login), address: attempt.clientAddress)
        let hash = hash(of: attempt)
        if let proof = proofs[place] {
            if proof.expires <= .now {
                proofs[place] = nil
            } else if proof.hash == hash, proof.user.services.contains(attempt.service) {
                repeats(proof.user, attempt)
                return .accepted(proof.user)
            }
        }
        lastID += 1
        let id = lastID
        let epochBefore = epoch
        let alarm = EventLoopActor.eventLoop.scheduleTask(in: TimeAmount(patience)) {
            EventLoopActor.assumeIsolated { self.answered(id, .unavailable) }
        }
        let outcome = await withCheckedContinuation { continuation in
            waiting[id] = continuation
            ask(.authenticate(id: id, attempt))
        }
        alarm.cancel()
        switch outcome {
        case .accepted(let user):
            guard let hash, epoch == epochBefore else { break }
            if proofs.count >= Self.remembered { proofs.removeAll() }
            proofs[place] = Proof(hash: hash, user: user, expires: .now + Self.memory)
        case .refused, .suspended: proofs[place] = nil
        case .unavailable: break
        }
        return outcome
    }

    private func repeats(_ user: AuthenticatedUser, _ attempt: LoginAttempt) {
        repeated.add(LoginTally(user, attempt.service, from: attempt.clientAddress, at: Int64(time(nil))))
        guard repeated.count < Self.untold else { return tellRepeated() }
        guard !willTell else { return }
        willTell = true
        EventLoopActor.task {
            await EventLoopActor.sleep(for: Self.tellingDelay)
            self.willTell = false
            self.tellRepeated()
        }
    }

    /// Tells the control plane of logins that it was not asked for, if there are any.
    package func tellRepeated() {
        if repeated.count > 0 { ask(.loggedInAgain(repeated.take(atMost: .max))) }
    }

    package func answered(_ id: Int64, _ outcome: AuthenticationOutcome) {
        waiting.removeValue(forKey: id)?.resume(returning: outcome)
    }

    package func forget(tenant: Int64, user: Int64?) {
        epoch += 1
        proofs = proofs.filter { $0.value.user.tenant != tenant || (user != nil && $0.value.user.user != user) }
    }

    private func hash(of attempt: LoginAttempt) -> [UInt8]? {
        let login = Array(attempt.login.utf8)
        // The length first: no byte can move from the login to the password.
        let length = withUnsafeBytes(of: UInt64(login.count).bigEndian) { Array($0) }
        return try? Cryptography.hmacSHA256(key: key, length + login + Array(attempt.password.utf8))
    }
}

extension GatewayProcess {
    func logIn(_ credentials: SASLCredentials, service: ClientService, on connection: Connection) async -> AuthenticationOutcome {
        let attempt = LoginAttempt(
            login: credentials.authentication, password: credentials.password, service: service, clientAddress: "\(connection.peer)")
        let outcome = await logins.check(attempt)
        counters.loginEnded(outcome)
        Log.info("login", ["attempt": "\(attempt)", "outcome": outcome.word, "session": connection.session])
        return outcome
    }
}

extension AuthenticationOutcome {
    fileprivate var word: String {
        switch self {
        case .accepted: "accepted"
        case .refused: "refused"
        case .suspended: "suspended"
        case .unavailable: "unavailable"
        }
    }
}
