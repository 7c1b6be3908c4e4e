/// At which parts of a quota its owner is warned, and when a warning may come again.
public struct QuotaThresholds: Sendable, Equatable {
    /// Percent of a limit, ascending, 1 to 100. 100 means that it is full, see `isFull`.
    let percents: [Int]

    /// A threshold is armed again when usage falls this many percent of the limit below it, so that usage that goes up and down
    /// around it does not warn each time.
    static let margin = 5

    /// Smaller quotas give no warnings: a warning would take a good part of them itself.
    static let smallest: [QuotaResource: Int64] = [.bytes: 40_960, .messages: 20]

    /// Less room than this is taken for none, from the last threshold's margin on: it is what the warning itself still fits into.
    private static let leastRoom: [QuotaResource: Int64] = [.bytes: 4_096, .messages: 2]

    public init(percents: [Int]) { self.percents = Set(percents).filter { (1...100).contains($0) }.sorted() }

    /// Usage below this percentage concerns no threshold.
    var lowest: Int { percents.first.map { min($0, 100 - Self.margin) } ?? 100 }

    /// One resource of one level.
    package struct Reading: Sendable, Equatable {
        var resource: QuotaResource
        var used: Int64
        var limit: Int64?
        /// Something was refused since the level was last told of: it may be full with room left that fits nothing.
        var hasRefused = false

        package init(resource: QuotaResource, used: Int64, limit: Int64?, hasRefused: Bool = false) {
            (self.resource, self.used, self.limit, self.hasRefused) = (resource, used, limit, hasRefused)
        }
    }

    /// The highest threshold that is reached; 0 for none.
    package func reached(by reading: Reading) -> Int {
        guard let limit = reading.limit, limit >= Self.smallest[reading.resource] ?? 0 else { return 0 }
        return percents.last { $0 == 100 ? Self.isFull(reading, limit) : Self.holds(reading.used, $0, of: limit) } ?? 0
    }

    /// What of a warning that was given still stands: 0 when all thresholds are armed again.
    package func standing(_ told: Int, by reading: Reading) -> Int {
        guard let limit = reading.limit, limit > 0 else { return 0 }
        return percents.last { $0 <= told && Self.holds(reading.used, $0 - Self.margin, of: limit) } ?? 0
    }

    /// Full is what has no room left, or so little that nothing fits or that only the warning does.
    private static func isFull(_ reading: Reading, _ limit: Int64) -> Bool {
        if reading.used >= limit { return true }
        guard holds(reading.used, 100 - margin, of: limit) else { return false }
        return reading.hasRefused || limit - reading.used < leastRoom[reading.resource] ?? 0
    }

    private static func holds(_ used: Int64, _ percent: Int, of limit: Int64) -> Bool {
        Int128(used) * 100 >= Int128(limit) * Int128(percent)
    }

    /// Changes whenever usage crosses something that a decision depends on.
    func band(of usage: QuotaUsage, _ limits: QuotaLimits) -> Int {
        band(Reading(resource: .bytes, used: usage.bytes, limit: limits.bytes)) << 8
            | band(Reading(resource: .messages, used: usage.messages, limit: limits.messages))
    }

    private func band(_ reading: Reading) -> Int {
        guard let limit = reading.limit, limit > 0 else { return 0 }
        var band = Self.isFull(reading, limit) ? 1 : 0
        for percent in percents {
            if Self.holds(reading.used, percent, of: limit) { band += 1 }
            if Self.holds(reading.used, percent - Self.margin, of: limit) { band += 1 }
        }
        return band
    }
}
