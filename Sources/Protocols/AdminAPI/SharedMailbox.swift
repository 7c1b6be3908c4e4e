/// A mailbox without a login, which users of its tenant open beside their own. It counts as a user in plans, and has a quota like one.
public struct SharedMailbox: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var tenant: TenantName
    public var state: AccountState
    public var suspended: [Suspendable]
    public var suspensionReason: SuspensionReason?
    public var quota: QuotaLimits
    public var usage: Usage
    public var createdAt: Timestamp
    public var memberCount: Int
    /// Left out in lists.
    public var members: [SharedMember]?

    public static let maximumMembers = 1_000
    /// That one user opens: a mail program that lists all names has them all looked into.
    public static let maximumPerMember = 100

    /// - Parameter user: what it is like a user.
    public init(_ user: User, memberCount: Int, members: [SharedMember]? = nil) {
        (address, tenant, state, suspended) = (user.address, user.tenant, user.state, user.suspended)
        (suspensionReason, quota, usage, createdAt) = (user.suspensionReason, user.quota, user.usage, user.createdAt)
        (self.memberCount, self.members) = (memberCount, members)
    }
}

/// A user who opens a shared mailbox.
public struct SharedMember: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var rights: SharedRights
    /// Whether the member may send as the shared mailbox.
    public var sends: Bool

    public init(address: EmailAddress, rights: SharedRights, sends: Bool) {
        (self.address, self.rights, self.sends) = (address, rights, sends)
    }
}

/// What a member does in a shared mailbox; each may do what those before it may.
public enum SharedRights: String, Codable, Sendable, CaseIterable {
    /// Nothing is changed.
    case read
    /// Messages come, go and have flags.
    case write
    /// Folders are made, renamed and deleted.
    case manage
}

/// The mailbox's domain must exist.
public struct NewSharedMailbox: Codable, Sendable, Hashable {
    public var address: EmailAddress
    /// Left out: as the tenant's plan says.
    public var quota: QuotaChange?

    public init(address: EmailAddress, quota: QuotaChange? = nil) { (self.address, self.quota) = (address, quota) }
}

/// Users of the tenant who get these rights; those who have others have these from then on.
public struct NewSharedMembers: Codable, Sendable, Hashable {
    public var members: [EmailAddress]
    public var rights: SharedRights
    public var sends: Bool

    public init(_ members: [EmailAddress], rights: SharedRights, sends: Bool) {
        (self.members, self.rights, self.sends) = (members, rights, sends)
    }
}

/// Members who leave. Who is none stays none.
public struct GoneSharedMembers: Codable, Sendable, Hashable {
    public var members: [EmailAddress]

    public init(_ members: [EmailAddress]) { self.members = members }
}
