/// How fast administrators on other machines may call: so many at once, and then so many a second, of each of them and of all of one
/// tenant, so that nobody takes the database and this process from everybody else. Who calls on the platform's own machine is not held up.
package struct CallPace: Sendable {
    /// Calls at once, and those of a second after that, of one administrator; and how many times that all of a tenant have.
    package static let burst = 1_000, perSecond = 50, tenantFactor = 4

    private enum Subject: Hashable { case administrator(Int64), tenant(Int64) }

    /// When the full measure will be there again; none is here that has it.
    private var full: [Subject: ContinuousClock.Instant] = [:]
    /// Above so many those that are full again are forgotten.
    private var roomy = 1_000

    package init() {}

    /// Counts a call that may be made.
    /// - Parameter tenant: of the administrator's part; nil: the platform's.
    /// - Returns: nil when it may; else how long it takes until one may be made.
    package mutating func wait(for administrator: Int64, of tenant: Int64?, at now: ContinuousClock.Instant) -> Duration? {
        var subjects = [(Subject.administrator(administrator), Self.perSecond)]
        if let tenant { subjects.append((.tenant(tenant), Self.perSecond * Self.tenantFactor)) }
        let after = subjects.map { subject, rate in
            let next = max(full[subject] ?? now, now) + Duration.seconds(1) / rate
            let measure = Duration.seconds(1) / rate * (Self.burst * rate / Self.perSecond)
            return (subject, next, excess: next - now - measure)
        }
        if let longest = after.map(\.excess).max(), longest > .zero { return longest }
        for (subject, next, _) in after { full[subject] = next }
        if full.count > roomy {
            full = full.filter { $0.value > now }
            roomy = max(1_000, full.count * 2)
        }
        return nil
    }
}
