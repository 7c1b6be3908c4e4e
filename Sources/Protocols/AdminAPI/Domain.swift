/// A mail domain of a tenant.
public struct Domain: Codable, Sendable, Hashable {
    public var name: DomainName
    public var tenant: TenantName
    public var quota: QuotaLimits
    public var usage: Usage
    public var users: Int
    public var createdAt: Timestamp

    public init(name: DomainName, tenant: TenantName, quota: QuotaLimits, usage: Usage, users: Int, createdAt: Timestamp) {
        (self.name, self.tenant, self.quota, self.usage, self.users, self.createdAt) = (name, tenant, quota, usage, users, createdAt)
    }
}

public struct NewDomain: Codable, Sendable, Hashable {
    public var name: DomainName
    public var tenant: TenantName
    /// Left out: unlimited.
    public var quota: QuotaChange?

    public init(name: DomainName, tenant: TenantName, quota: QuotaChange? = nil) {
        (self.name, self.tenant, self.quota) = (name, tenant, quota)
    }
}
