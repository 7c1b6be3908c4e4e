/// That a level of quota has reached a threshold: what its owner is told.
public struct QuotaWarning: Sendable, Equatable {
    /// What became of a warning.
    public enum Outcome: String, Sendable {
        /// It is in somebody's mailbox, or on its way to an outside address.
        case mailed
        /// A warning is mail like any other: it is counted, and passes no limit.
        case noRoom = "no room"
        /// Of a domain or a tenant: no domain concerned has a postmaster here.
        case noAddress = "no address"
        /// Not known yet: it is tried again.
        case pending
    }

    public let scope: QuotaScope
    /// The number of the user, the domain or the tenant.
    public let subject: Int64
    /// The address, the domain's name or the tenant's.
    public let name: String
    /// The domains whose postmaster may be told: the user's, the domain itself, or the tenant's in the order of their making.
    public let domains: [String]
    public let resource: QuotaResource
    /// The threshold.
    public let percent: Int
    public let used: Int64
    public let limit: Int64
    /// Percent of the limit under which usage must fall before this warning is given again.
    public let armedBelow: Int
    /// The same for each try to give this warning, and another one for each other.
    public let identity: String

    package init(
        scope: QuotaScope, subject: Int64, name: String, domains: [String], resource: QuotaResource, percent: Int, used: Int64,
        limit: Int64, armedBelow: Int, identity: String
    ) {
        (self.scope, self.subject, self.name, self.domains) = (scope, subject, name, domains)
        (self.resource, self.percent, self.used, self.limit) = (resource, percent, used, limit)
        (self.armedBelow, self.identity) = (armedBelow, identity)
    }
}
