/// How many wrong logins there were lately, by what they have in common.
///
/// A count drains evenly: a full one is forgotten after `period`. So there is no moment at which everything is forgiven, and none at
/// which a lock is renewed: a full count lets one login through each `period / limit`.
package struct WrongLoginCounts: Sendable {
    package enum Subject: Hashable, Sendable {
        /// One address at an account that its network has logged in to lately.
        case familiar(account: String, address: String)
        /// All of one network at an account that it has not logged in to.
        case stranger(account: String, network: String)
        case address(String), network(String)
        /// All strangers at one account.
        case account(String)
    }

    /// Counts that are kept. When it is reached, the emptier half goes: a count can be pushed out only by as many that are fuller, and each
    /// of them costs wrong logins, which are themselves limited.
    package static let capacity = 40_000
    /// Guesses that are remembered of a pair of account and place, so that the same one again is known.
    private static let guesses = 8

    private struct Count {
        var level = 0.0
        var at: ContinuousClock.Instant
        var guesses: [UInt64] = []
    }

    private let limits: WrongLoginLimits
    private var counts: [Subject: Count] = [:]

    package init(_ limits: WrongLoginLimits) { self.limits = limits }

    package var size: Int { counts.count }

    /// Wrong logins that are not forgotten yet.
    package func level(of subject: Subject, now: ContinuousClock.Instant) -> Double {
        counts[subject].map { drained($0, subject, now) } ?? 0
    }

    /// True when one more would pass the limit.
    package func isFull(_ subject: Subject, now: ContinuousClock.Instant) -> Bool {
        level(of: subject, now: now) > Double(limits[subject]) - 1 + Self.rounding
    }

    /// When a full count will let the next login through; nil when it is not full.
    package func fullFor(_ subject: Subject, now: ContinuousClock.Instant) -> Duration? {
        guard isFull(subject, now: now) else { return nil }
        let excess = level(of: subject, now: now) - (Double(limits[subject]) - 1)
        return limits.period * (excess / Double(limits[subject]))
    }

    /// Counts a wrong login, unless the count is full.
    /// - Parameters:
    ///   - guess: names the password without saying it.
    ///   - isRepeated: the same guess was made here before. It is no new one, and counts a tenth: an old password in some forgotten device
    ///     must not lock its owner out.
    package mutating func add(_ subject: Subject, guess: UInt64, isRepeated: Bool, now: ContinuousClock.Instant) {
        guard !isFull(subject, now: now) else { return }
        if counts[subject] == nil, counts.count >= Self.capacity { forgetEmptierHalf(now: now) }
        var count = counts[subject] ?? Count(at: now)
        count.level = drained(count, subject, now) + (isRepeated ? 0.1 : 1)
        count.at = now
        if !isRepeated, subject.remembersGuesses {
            if count.guesses.count >= Self.guesses { count.guesses.removeFirst() }
            count.guesses.append(guess)
        }
        counts[subject] = count
    }

    package func isRepeated(_ guess: UInt64, at subject: Subject) -> Bool { counts[subject]?.guesses.contains(guess) == true }

    package mutating func forget(_ subject: Subject) { counts[subject] = nil }

    /// - Returns: how many were forgotten.
    package mutating func forget(where matches: (Subject) -> Bool) -> Int {
        let before = counts.count
        counts = counts.filter { !matches($0.key) }
        return before - counts.count
    }

    package func count(where matches: (Subject) -> Bool) -> Int { counts.keys.count(where: matches) }

    /// Everything that is not forgotten yet.
    package func all(now: ContinuousClock.Instant) -> [(subject: Subject, level: Double)] {
        counts.map { ($0.key, drained($0.value, $0.key, now)) }.filter { $0.level > 0 }
    }

    private static let rounding = 1e-6

    private func drained(_ count: Count, _ subject: Subject, _ now: ContinuousClock.Instant) -> Double {
        max(0, count.level - Double(limits[subject]) * ((now - count.at) / limits.period))
    }

    private mutating func forgetEmptierHalf(now: ContinuousClock.Instant) {
        let fullness = counts.map { ($0.key, drained($0.value, $0.key, now) / Double(limits[$0.key])) }.sorted { $0.1 < $1.1 }
        for (subject, _) in fullness.prefix(fullness.count / 2) { counts[subject] = nil }
    }
}

extension WrongLoginCounts.Subject {
    /// A guess is the same one only at the same account.
    var remembersGuesses: Bool {
        switch self {
        case .familiar, .stranger: true
        case .address, .network, .account: false
        }
    }

    var account: String? {
        switch self {
        case .familiar(let account, _), .stranger(let account, _), .account(let account): account
        case .address, .network: nil
        }
    }

    /// An address or a network.
    var place: String? {
        switch self {
        case .familiar(_, let place), .stranger(_, let place), .address(let place), .network(let place): place
        case .account: nil
        }
    }
}

/// Wrong logins that are allowed within `period`.
package struct WrongLoginLimits: Sendable, Equatable {
    /// Of one place at one account.
    package var perPlace = 10
    /// Of one address at all accounts. Of its network: ten times as many.
    package var perAddress = 30
    /// Of all strangers together at one account (NIST SP 800-63B §5.2.2: no more than 100).
    package var perAccount = 100
    package var period = Duration.seconds(3_600)

    package init() {}

    package subscript(subject: WrongLoginCounts.Subject) -> Int {
        switch subject {
        case .familiar, .stranger: perPlace
        case .address: perAddress
        case .network: perAddress * 10
        case .account: perAccount
        }
    }
}
