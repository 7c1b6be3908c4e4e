import Runtime

/// How fast the forms of accounts are taken: `burst` at once, then one each `interval`. It is the account's, however many sessions it has,
/// so that nobody fills the audit log.
struct ChangePace {
    static let burst = 30, interval = Duration.seconds(2)

    /// When the account's full measure will be there again; none is here that has it.
    private var full: [UserKeys: ContinuousClock.Instant] = [:]
    /// Above so many those that are full again are forgotten.
    private var roomy = 1_000

    mutating func admits(_ keys: UserKeys, at now: ContinuousClock.Instant) -> Bool {
        let next = max(full[keys] ?? now, now) + Self.interval
        guard next - now <= Self.interval * Self.burst else { return false }
        full[keys] = next
        if full.count > roomy {
            full = full.filter { $0.value > now }
            roomy = max(1_000, full.count * 2)
        }
        return true
    }
}
