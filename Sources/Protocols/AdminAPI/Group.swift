/// An address that leads to members, with a rule for who may send to it. Its domain must exist here; its members may be anywhere.
public struct Group: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var tenant: TenantName
    public var posting: PostingRule
    /// Of the tenant. The first hears of mail that did not reach a member outside.
    public var owners: [TargetAddress]
    public var memberCount: Int
    /// Left out in lists.
    public var members: [TargetAddress]?

    /// Members of one group; owners of one group.
    public static let maximumMembers = 1_000, maximumOwners = 100

    public init(
        address: EmailAddress, tenant: TenantName, posting: PostingRule, owners: [TargetAddress], memberCount: Int,
        members: [TargetAddress]? = nil
    ) {
        (self.address, self.tenant, self.posting, self.owners) = (address, tenant, posting, owners)
        (self.memberCount, self.members) = (memberCount, members)
    }
}

/// Who may send to a group. All but the first take mail only that a user of the tenant handed in after a login.
public enum PostingRule: String, Codable, Sendable, CaseIterable {
    case anyone
    /// Every user of the tenant.
    case tenant
    /// Users whom its mail reaches, and owners.
    case members
    case owners
}

public struct NewGroup: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var posting: PostingRule
    public var owners: [TargetAddress]
    public var members: [TargetAddress]

    public init(address: EmailAddress, posting: PostingRule = .anyone, owners: [TargetAddress] = [], members: [TargetAddress] = []) {
        (self.address, self.posting, self.owners, self.members) = (address, posting, owners, members)
    }
}

/// What is left out stays.
public struct GroupChange: Codable, Sendable, Hashable {
    public var posting: PostingRule?
    /// All of them, in their order.
    public var owners: [TargetAddress]?

    public init(posting: PostingRule? = nil, owners: [TargetAddress]? = nil) { (self.posting, self.owners) = (posting, owners) }
}

/// Members that come to a group, or leave it. Who is in it, or is not, already stays so.
public struct GroupMembers: Codable, Sendable, Hashable {
    public var members: [TargetAddress]

    public init(_ members: [TargetAddress]) { self.members = members }
}
