/// A tenant's word that a domain is its own, which it has yet to prove. A claim serves no mail.
public struct DomainClaim: Codable, Sendable, Hashable {
    public enum State: String, Codable, Sendable, CaseIterable {
        case open, expired
        /// The domain is there already, with whomever.
        case taken
    }
    public var name: DomainName
    public var tenant: TenantName
    public var state: State
    /// What the record must hold.
    public var token: String
    /// To be published in the domain's zone.
    public var record: OwnershipRecord
    public var claimedAt: Timestamp
    public var expiresAt: Timestamp
    /// When the DNS was asked last; nil: never.
    public var checkedAt: Timestamp?

    /// How long a claim can be proved.
    public static let days = 30
    /// Open claims of a tenant.
    public static let maximum = 100

    public init(
        name: DomainName, tenant: TenantName, state: State, token: String, claimedAt: Timestamp, expiresAt: Timestamp, checkedAt: Timestamp?
    ) throws(AdminError) {
        (self.name, self.tenant, self.state, self.token) = (name, tenant, state, token)
        record = try OwnershipRecord(of: name, token: token)
        (self.claimedAt, self.expiresAt, self.checkedAt) = (claimedAt, expiresAt, checkedAt)
    }
}

public struct NewDomainClaim: Codable, Sendable, Hashable {
    public var name: DomainName
    /// Left out: the caller's own.
    public var tenant: TenantName?

    public init(name: DomainName, tenant: TenantName? = nil) { (self.name, self.tenant) = (name, tenant) }
}
