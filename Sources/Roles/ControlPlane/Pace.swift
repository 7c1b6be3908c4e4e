/// How often something is taken of each of many: so much at once, and then one each interval.
struct Pace<Subject: Hashable & Sendable>: Sendable {
    private let burst: Int
    private let interval: Duration
    /// When the subject's full measure will be there again; none is here that has it.
    private var full: [Subject: ContinuousClock.Instant] = [:]
    /// Above so many those that are full again are forgotten.
    private var roomy = 1_000

    init(burst: Int, each interval: Duration) { (self.burst, self.interval) = (burst, interval) }

    private func next(_ subject: Subject, at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        max(full[subject] ?? now, now) + interval
    }

    func admits(_ subject: Subject, at now: ContinuousClock.Instant) -> Bool { next(subject, at: now) - now <= interval * burst }

    /// Counts one that is taken.
    mutating func count(_ subject: Subject, at now: ContinuousClock.Instant) {
        full[subject] = next(subject, at: now)
        if full.count > roomy {
            full = full.filter { $0.value > now }
            roomy = max(1_000, full.count * 2)
        }
    }

    /// Counts one if it is admitted.
    mutating func take(_ subject: Subject, at now: ContinuousClock.Instant) -> Bool {
        guard admits(subject, at: now) else { return false }
        count(subject, at: now)
        return true
    }
}
