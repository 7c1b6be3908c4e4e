/// Decides whether a login may be tried: slows down and then stops who guesses, and leaves alone who has logged in before.
///
/// - A place (an address, a network) is *familiar* to an account once it has logged in to it. There only its own wrong logins at this
///   account count, by address.
/// - Everywhere else the client is a *stranger*: its network's wrong logins at this account count, those of its address and of its network
///   at all accounts, and those of all strangers at this account.
///
/// So whoever guesses from elsewhere, from however many places, closes the account to strangers only; its owner goes on from where the
/// owner was before. While it is closed, a stranger's login is refused without being tried, right or not: were the right password
/// taken, the limit would not be one. The owner at a new place waits, logs in from an old one, or asks for `login unlock`.
///
/// What is refused untried still counts against its place, so that a stranger sees the same slowing down at a closed account as at any.
package struct LoginThrottle: Sendable {
    package typealias Subject = WrongLoginCounts.Subject

    /// Wrong logins of a place at an account, and of an address, that cost nothing: people mistype.
    package static let freeAtAccount = 3.0, freeOfAddress = 10.0
    package static let firstDelay = Duration.milliseconds(250), longestDelay = Duration.seconds(5)
    /// Logins of one place at one account, and of one address, that are tried at one time. The others wait, so that none is refused for
    /// guesses that may yet be right, and no address takes all of the hashing.
    package static let triedAtOnce = 4

    /// A login that is being tried; to be ended with `finish`.
    package struct Ticket: Sendable {
        package let account: String
        package let origin: ClientOrigin
        package let guess: UInt64
        package let isFamiliar: Bool
        fileprivate let subjects: [Subject]
    }

    package enum Verdict: Sendable {
        /// Try it, after the delay.
        case tryAfter(Duration, Ticket)
        /// Others of this place are being tried: ask again when one of them is finished.
        case wait
        /// Refuse it after the delay without trying, and in the words and the time of a wrong password.
        case refuse(Duration)
    }

    package enum Result: Sendable { case right, wrong, undecided }

    private let limits: WrongLoginLimits
    private var counts: WrongLoginCounts
    private var familiar = FamiliarNetworks()
    private var trying: [Subject: Int] = [:]

    package init(_ limits: WrongLoginLimits = WrongLoginLimits()) {
        self.limits = limits
        counts = WrongLoginCounts(limits)
    }

    package mutating func admit(_ account: String, from origin: ClientOrigin, guess: UInt64, now: ContinuousClock.Instant) -> Verdict {
        let isFamiliar = familiar.contains(origin.network, of: account, now: now)
        let subjects: [Subject] =
            isFamiliar
            ? [.familiar(account: account, address: origin.address)]
            : [
                .stranger(account: account, network: origin.network), .address(origin.address), .network(origin.network), .account(account),
            ]
        let pause = subjects.map { delay(for: $0, now: now) }.max() ?? .zero
        if subjects.contains(where: { counts.isFull($0, now: now) }) {
            let isRepeated = subjects.contains { counts.isRepeated(guess, at: $0) }
            for subject in subjects where subject != .account(account) {
                counts.add(subject, guess: guess, isRepeated: isRepeated, now: now)
            }
            return .refuse(pause)
        }
        guard subjects.allSatisfy({ hasRoom($0, now: now) }) else { return .wait }
        for subject in subjects { trying[subject, default: 0] += 1 }
        return .tryAfter(pause, Ticket(account: account, origin: origin, guess: guess, isFamiliar: isFamiliar, subjects: subjects))
    }

    /// - Returns: what became full by it.
    package mutating func finish(_ ticket: Ticket, _ result: Result, now: ContinuousClock.Instant) -> [Subject] {
        for subject in ticket.subjects {
            let left = trying[subject, default: 1] - 1
            trying[subject] = left > 0 ? left : nil
        }
        switch result {
        case .undecided: return []
        case .right:
            familiar.add(ticket.origin.network, of: ticket.account, now: now)
            // The place is forgiven at this account. Not the address at others, nor the strangers: one known password must not buy guesses.
            counts.forget(.familiar(account: ticket.account, address: ticket.origin.address))
            counts.forget(.stranger(account: ticket.account, network: ticket.origin.network))
            return []
        case .wrong:
            // The place's own count remembers guesses; whether this one is new holds for all counts alike.
            let isRepeated = ticket.subjects.contains { counts.isRepeated(ticket.guess, at: $0) }
            var filled: [Subject] = []
            for subject in ticket.subjects where !counts.isFull(subject, now: now) {
                counts.add(subject, guess: ticket.guess, isRepeated: isRepeated, now: now)
                if counts.isFull(subject, now: now) { filled.append(subject) }
            }
            return filled
        }
    }

    // MARK: On disk

    /// Whether the place of this right login is to be written down, so that its owner is no stranger there after a restart.
    mutating func takeUnwritten(_ ticket: Ticket, now: ContinuousClock.Instant) -> Bool {
        familiar.takeUnwritten(ticket.origin.network, of: ticket.account, now: now)
    }

    mutating func isUnwritten(_ network: String, of account: String) { familiar.isUnwritten(network, of: account) }

    mutating func restore(_ network: String, of account: String, last: ContinuousClock.Instant, now: ContinuousClock.Instant) {
        familiar.restore(network, of: account, last: last, now: now)
    }

    // MARK: For operators

    /// Every count, the fullest first.
    package func all(now: ContinuousClock.Instant) -> [(subject: Subject, level: Double, limit: Int, fullFor: Duration?)] {
        counts.all(now: now).map { ($0.subject, $0.level, limits[$0.subject], counts.fullFor($0.subject, now: now)) }
            .sorted { $0.1 / Double($0.2) > $1.1 / Double($1.2) }
    }

    /// Forgets the wrong logins at an account, or of a place (an address or a network as `all` has it, or an address within).
    /// - Returns: how many counts there were.
    package mutating func unlock(_ name: String) -> Int { counts.forget(where: Self.isMeant(by: name)) }

    /// How many `unlock` would forget.
    package func counts(of name: String) -> Int { counts.count(where: Self.isMeant(by: name)) }

    private static func isMeant(by name: String) -> (Subject) -> Bool {
        let origin = ClientOrigin(name)
        return { subject in
            subject.account == name || subject.place == name || subject == .address(origin.address) || subject == .network(origin.network)
        }
    }

    /// The account has another password: what was wrong may be right now, and who knew the old one is a stranger.
    package mutating func forget(account: String) {
        _ = counts.forget { $0.account == account }
        familiar.forget(account)
    }

    /// A domain is gone with all its accounts: whoever has such an address after this is somebody else.
    package mutating func forget(domain: String) {
        _ = counts.forget { $0.account?.hasSuffix("@\(domain)") == true }
        familiar.forget { $0.hasSuffix("@\(domain)") }
    }

    /// The account goes by another name: who knew it is no stranger to it.
    package mutating func rename(_ account: String, to new: String) {
        _ = counts.forget { $0.account == account }
        familiar.move(account, to: new)
    }

    // MARK: Pace

    private func hasRoom(_ subject: Subject, now: ContinuousClock.Instant) -> Bool {
        let level = counts.level(of: subject, now: now)
        let tried = trying[subject, default: 0]
        guard level + Double(tried + 1) <= Double(limits[subject]) + 1e-6 else { return false }
        switch subject {
        // In back-off one after the other, so that delays add up.
        case .familiar, .stranger: return tried < (level > Self.freeAtAccount ? 1 : Self.triedAtOnce)
        case .address: return tried < Self.triedAtOnce
        case .network, .account: return true
        }
    }

    private func delay(for subject: Subject, now: ContinuousClock.Instant) -> Duration {
        let level = counts.level(of: subject, now: now)
        switch subject {
        case .familiar, .stranger: return Self.delay(beyond: level - Self.freeAtAccount)
        case .address: return Self.delay(beyond: level - Self.freeOfAddress)
        case .network, .account: return .zero
        }
    }

    /// Twice as long with each wrong login.
    private static func delay(beyond free: Double) -> Duration {
        guard free > 0 else { return .zero }
        return min(longestDelay, firstDelay * (1 << min(Int(free.rounded(.up)) - 1, 10)))
    }
}
