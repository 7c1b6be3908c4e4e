/// A user of this tenant, as provisioned.
public struct UserRecord: Sendable, Equatable {
    public let id: Int64
    public let domain: Int64
    /// In lower case.
    public let localPart: String
    public let domainName: String
    public let isSuspended: Bool
    public var address: String { "\(localPart)@\(domainName)" }
}

/// Where an address of this tenant leads.
public enum Resolution: Sendable, Equatable {
    /// The domain is no domain of this tenant.
    case notLocal
    /// No user, alias or catch-all takes it: `550 5.1.1`.
    case noSuchUser
    /// The only user behind it is suspended: `450 4.2.1`.
    case suspended
    /// Aliases lead round in a circle, too deep or to too many addresses: `554 5.4.6`.
    case loop
    case targets(ResolvedTargets)
}

public struct ResolvedTargets: Sendable, Equatable {
    /// Each user once, in the order of the aliases; suspended users left out when others remain.
    public var users: [ResolvedUser]
    /// Addresses outside this tenant to forward to, each once.
    public var external: [String]
}

public struct ResolvedUser: Sendable, Equatable {
    public let user: UserRecord
    /// What stood after `+` in the local part (`user+detail@`, RFC 5233), as it was written.
    public let detail: String?
}
