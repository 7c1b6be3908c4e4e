/// How fast administrators on other machines may call: so many at once, and then so many a second, of each of them and of all of one
/// tenant, so that nobody takes the database and this process from everybody else. Who calls on the platform's own machine is not held up.
package struct CallPace: Sendable {
    /// Calls at once, and those of a second after that, of one administrator; and how many times that all of a tenant have.
    package static let burst = 1_000, perSecond = 50, tenantFactor = 4

    private var administrators = Pace<Int64>(burst: burst, each: .seconds(1) / perSecond)
    private var tenants = Pace<Int64>(burst: burst * tenantFactor, each: .seconds(1) / (perSecond * tenantFactor))

    package init() {}

    /// Counts a call if it may be made.
    /// - Parameter tenant: of the administrator's part; nil: the platform's.
    package mutating func admits(_ administrator: Int64, of tenant: Int64?, at now: ContinuousClock.Instant) -> Bool {
        guard administrators.admits(administrator, at: now), tenant.map({ tenants.take($0, at: now) }) ?? true else { return false }
        administrators.count(administrator, at: now)
        return true
    }
}
