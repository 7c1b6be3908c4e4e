import AdminAPI
import Runtime

/// Which refused calls have an event of their own in the audit log: of each caller `burst` at once and then one each `interval`. The others
/// are counted, and one event of the caller tells how many they were, so that nobody fills the log with what nobody let him do.
struct RefusedCalls {
    static let burst = 2_000, interval = Duration.seconds(10)
    /// Callers whose calls are counted at one time.
    static let limit = 1_000

    private var pace = Pace<String>(burst: burst, each: interval)
    /// By caller: the last one, and how many.
    private var counted: [String: AuditLog.Entry] = [:]
    /// Whether somebody will tell of those that are counted.
    var willBeTold = false

    /// - Returns: false when it was counted instead.
    mutating func admits(_ entry: AuditLog.Entry, at now: ContinuousClock.Instant) -> Bool {
        if pace.take(entry.caller, at: now) { return true }
        // Whoever is counted nowhere has an event: none is lost.
        guard counted[entry.caller] != nil || counted.count < Self.limit else { return true }
        counted[entry.caller] = entry.standing(for: (counted[entry.caller]?.times ?? 0) + 1)
        return false
    }

    /// What is to be told now.
    mutating func take() -> [AuditLog.Entry] {
        defer { counted = [:] }
        return counted.values.sorted { $0.caller < $1.caller }
    }
}

extension AuditLog {
    /// How long refused calls are counted before they are told.
    private static let pause = Duration.seconds(60)

    /// For a call that was refused before it began. Returns when the event is durable, or the call is counted.
    func appendRefused(_ entry: Entry) async {
        if refused.admits(entry, at: .now) { return await append(entry) }
        guard !refused.willBeTold else { return }
        refused.willBeTold = true
        EventLoopActor.task { [weak self] in
            await EventLoopActor.sleep(for: Self.pause)
            await self?.tellRefused()
        }
    }

    /// Tells of the refused calls that were counted, now and not later.
    func tellRefused() async {
        refused.willBeTold = false
        for entry in refused.take() { await append(entry) }
    }
}

extension AuditLog.Entry {
    /// Tells of so many calls instead of its own.
    func standing(for times: Int) -> AuditLog.Entry {
        var entry = self
        entry.times = times
        entry.target = "\(times) more calls that were refused; this is the last one's name and result"
        entry.changes = ""
        return entry
    }
}
