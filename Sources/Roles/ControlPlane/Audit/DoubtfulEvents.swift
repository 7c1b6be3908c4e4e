import AdminAPI

/// Events that were to be written when the database failed: they may be in the table all the same, and some are owed to it.
struct DoubtfulEvents {
    /// What became of them.
    struct Outcome {
        /// What is still to be written.
        var owed: [AuditLog.Entry] = []
        /// By the traces of their calls: beginnings that are in the table, of calls that went on without knowing it.
        var begun: [String: Int64] = [:]
    }

    /// Calls that were refused for the log's sake that have an event each; of further ones of a caller one tells how many they were.
    static let limit = 1_000

    private var events: [(number: Int64?, entry: AuditLog.Entry)] = []

    /// Of what was not so much as tried, only ends of calls are kept, since no call begins then.
    /// - Parameter first: the number that the first of them would have; nil: they were not tried.
    mutating func add(_ entries: [AuditLog.Entry], first: Int64?) {
        let goOn = Set(events.filter { $0.entry.goesOn }.map { $0.entry.trace })
        for (index, entry) in entries.enumerated() {
            let isKept = entry.isBeginning ? first != nil : entry.isOwed || goOn.contains(entry.trace)
            if isKept { events.append((first.map { $0 + Int64(index) }, entry)) }
        }
    }

    /// - Parameter last: the last event that is in the table.
    mutating func settle(upTo last: Int64) -> Outcome {
        defer { events = [] }
        var outcome = Outcome()
        for (number, entry) in events {
            let place = number.flatMap { $0 <= last ? $0 : nil }
            if !entry.isBeginning {
                if place == nil, entry.isOwed { outcome.owed.append(entry) }
            } else if !entry.goesOn {
                outcome.owed.append(entry.ended(AuditEvent.refused, begun: place))
            } else if let place {
                if let end = events.first(where: { !$0.entry.isBeginning && $0.entry.trace == entry.trace })?.entry {
                    outcome.owed.append(end.ended(end.result, begun: place))
                } else {
                    outcome.begun[entry.trace] = place
                }
            }
        }
        outcome.owed = Self.condensed(outcome.owed)
        return outcome
    }

    /// A database that takes no events, and answers all the same, would have them pile up.
    private static func condensed(_ owed: [AuditLog.Entry]) -> [AuditLog.Entry] {
        var kept: [AuditLog.Entry] = [], counted: [String: AuditLog.Entry] = [:], singles = 0
        for entry in owed {
            if entry.begun != nil {
                kept.append(entry)
            } else if entry.times == 1, singles < limit {
                singles += 1
                kept.append(entry)
            } else {
                counted[entry.caller] = entry.standing(for: (counted[entry.caller]?.times ?? 0) + entry.times)
            }
        }
        return kept + counted.values.sorted { $0.caller < $1.caller }
    }
}

extension AuditLog.Entry {
    var isBeginning: Bool { result == Self.begins }

    /// The end of a call whose beginning is in the table, or that was refused since it is not.
    fileprivate var isOwed: Bool { begun != nil || result == AuditEvent.refused }

    /// What came of the call.
    /// - Parameter begun: nil: the beginning is not in the table.
    func ended(_ result: String, begun: Int64?) -> AuditLog.Entry {
        var end = self
        (end.result, end.begun) = (result, begun)
        return end
    }
}
