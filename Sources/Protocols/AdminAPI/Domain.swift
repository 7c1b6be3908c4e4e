/// A mail domain of a tenant.
public struct Domain: Codable, Sendable, Hashable {
    public var name: DomainName
    public var tenant: TenantName
    /// Its other names, in their order.
    public var aliases: [DomainName]
    public var quota: QuotaLimits
    public var usage: Usage
    public var users: Int
    public var createdAt: Timestamp

    public init(
        name: DomainName, tenant: TenantName, aliases: [DomainName], quota: QuotaLimits, usage: Usage, users: Int, createdAt: Timestamp
    ) {
        (self.name, self.tenant, self.aliases) = (name, tenant, aliases)
        (self.quota, self.usage, self.users, self.createdAt) = (quota, usage, users, createdAt)
    }
}

public struct NewDomain: Codable, Sendable, Hashable {
    public var name: DomainName
    public var tenant: TenantName
    /// Left out: unlimited.
    public var quota: QuotaLimits?

    public init(name: DomainName, tenant: TenantName, quota: QuotaLimits? = nil) {
        (self.name, self.tenant, self.quota) = (name, tenant, quota)
    }
}
