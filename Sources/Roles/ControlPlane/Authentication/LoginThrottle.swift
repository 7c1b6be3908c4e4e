/// Slows down guessing: after a few failures of one client address at one login, each further attempt waits for its turn,
/// and turns come ever later.
package struct LoginThrottle: Sendable {
    /// Pairs that are remembered; the longest unused one is forgotten first.
    package static let capacity = 10_000
    /// Failures that cost nothing: people mistype.
    package static let free = 3
    package static let longestDelay = Duration.seconds(5)
    /// Who would have to wait longer is told to come back.
    package static let longestWait = Duration.seconds(10)
    /// After this long without an attempt, the past is forgotten.
    package static let memory = Duration.seconds(900)

    private struct Key: Hashable {
        var address: String
        var login: String
    }
    private struct Record {
        var failures = 0
        var nextTurn: ContinuousClock.Instant
        var lastUse: ContinuousClock.Instant
    }
    private var records: [Key: Record] = [:]

    package init() {}

    /// How long the attempt has to wait; nil: too long, refuse it for now.
    package mutating func delay(address: String, login: String, now: ContinuousClock.Instant) -> Duration? {
        let key = Key(address: address, login: login)
        guard var record = records[key] else { return .zero }
        guard record.lastUse + Self.memory > now else {
            records[key] = nil
            return .zero
        }
        let turn = max(now, record.nextTurn)
        guard turn - now <= Self.longestWait else { return nil }
        record.nextTurn = turn + Self.pause(after: record.failures)
        record.lastUse = now
        records[key] = record
        return turn - now
    }

    package mutating func failed(address: String, login: String, now: ContinuousClock.Instant) {
        let key = Key(address: address, login: login)
        if records[key] == nil, records.count >= Self.capacity { forgetOldest() }
        var record = records[key] ?? Record(nextTurn: now, lastUse: now)
        record.failures += 1
        record.nextTurn = max(record.nextTurn, now + Self.pause(after: record.failures))
        record.lastUse = now
        records[key] = record
    }

    package mutating func succeeded(address: String, login: String) { records[Key(address: address, login: login)] = nil }

    /// 250 ms after the first failure beyond the free ones, then twice as long each time.
    private static func pause(after failures: Int) -> Duration {
        guard failures > free else { return .zero }
        return min(longestDelay, .milliseconds(250 << min(failures - free - 1, 10)))
    }

    /// Drops the older half, so that this is done once in thousands of failures.
    private mutating func forgetOldest() {
        let times = records.values.map(\.lastUse).sorted()
        let middle = times[times.count / 2]
        records = records.filter { $0.value.lastUse > middle }
    }
}
