/// When a recipient that could not be reached is tried again, and when its sender is told: RFC 5321 §4.5.4.1.
package struct RetrySchedule: Sendable {
    /// Seconds until the first, second, … next attempt; the last repeats.
    let steps: [Int]
    /// After this many seconds those who asked for it (NOTIFY=DELAY) hear that it takes longer.
    static let delayNotice = 4 * 3600

    package init(steps: [Int]) { self.steps = steps.isEmpty ? [300] : steps.map { max($0, 1) } }

    func step(afterAttempts attempts: Int32) -> Int {
        steps[min(max(Int(attempts) - 1, 0), steps.count - 1)]
    }

    /// - Parameter attempts: made so far, this one included.
    /// - Returns: microseconds since 1970, at the latest the message's end, so that there is one last attempt then; nil when that
    ///   has passed.
    package func nextAttempt(afterAttempts attempts: Int32, now: Int64, expiresAt: Int64) -> Int64? {
        guard now < expiresAt else { return nil }
        return min(now + Int64(step(afterAttempts: attempts)) * 1_000_000, expiresAt)
    }

    /// True for exactly one attempt of each recipient: the first that the schedule puts behind the time of the notice.
    package func isDelayNoticeDue(afterAttempts attempts: Int32) -> Bool {
        var elapsed = 0
        var attempt: Int32 = 1
        while attempt < attempts {
            elapsed += step(afterAttempts: attempt)
            // Attempt `attempt + 1` happens `elapsed` seconds after the first.
            if elapsed >= Self.delayNotice { return attempt + 1 == attempts }
            attempt += 1
        }
        return false
    }
}
