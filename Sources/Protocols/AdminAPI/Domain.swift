import MailSettings

/// A mail domain of a tenant.
public struct Domain: Codable, Sendable, Hashable {
    public var name: DomainName
    public var tenant: TenantName
    /// How it is known to be the tenant's.
    public var proof: DomainProof
    /// The administrator who vouched for it; nil when that is not known, or the DNS proved it.
    public var vouchedBy: String?
    /// When the DNS proved it.
    public var provedAt: Timestamp?
    /// Its other names, in their order.
    public var aliases: [DomainName]
    public var quota: QuotaLimits
    public var usage: Usage
    public var users: Int
    public var createdAt: Timestamp
    /// Whether other hosts shall insist on TLS when they send to it.
    public var mtaSTS: MTASTSMode

    public init(
        name: DomainName, tenant: TenantName, proof: DomainProof, vouchedBy: String?, provedAt: Timestamp?, aliases: [DomainName],
        quota: QuotaLimits, usage: Usage, users: Int, createdAt: Timestamp, mtaSTS: MTASTSMode
    ) {
        (self.name, self.tenant, self.aliases, self.mtaSTS) = (name, tenant, aliases, mtaSTS)
        (self.proof, self.vouchedBy, self.provedAt) = (proof, vouchedBy, provedAt)
        (self.quota, self.usage, self.users, self.createdAt) = (quota, usage, users, createdAt)
    }
}

public enum DomainProof: String, Codable, Sendable, CaseIterable {
    /// Somebody who runs the platform made the domain.
    case vouched
    /// Its zone had the record that the tenant was asked to publish.
    case dns
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
