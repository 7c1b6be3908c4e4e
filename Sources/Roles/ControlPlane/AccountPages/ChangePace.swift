import Runtime

/// How fast the forms of accounts are taken: `burst` at once, then one each `interval`. It is the account's, however many sessions it has,
/// so that nobody fills the audit log.
struct ChangePace {
    static let burst = 30, interval = Duration.seconds(2)

    private var pace = Pace<UserKeys>(burst: burst, each: interval)

    mutating func admits(_ keys: UserKeys, at now: ContinuousClock.Instant) -> Bool { pace.take(keys, at: now) }
}
