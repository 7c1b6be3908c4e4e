/// A user of this tenant, as provisioned.
public struct UserRecord: Sendable, Equatable {
    public let id: Int64
    public let domain: Int64
    /// In lower case.
    public let localPart: String
    public let domainName: String
    /// Whether it takes mail, and sends any; the tenant's own suspension of incoming mail is met before a worker is asked.
    public let suspensions: Suspensions
    /// Octets of a message that the user may receive or send; nil: the platform's limit alone.
    public let messageSize: Int64?
    public let sending: SendingLimits
    /// A vacation is set; whether it holds today, `vacation(of:)` tells.
    public let hasVacation: Bool
    public var address: String { "\(localPart)@\(domainName)" }
}

/// What of a user's mail is suspended, and why.
public struct Suspensions: Sendable, Equatable {
    public enum State: Sendable, Equatable { case none, suspended(reason: String?) }

    public var incoming = State.none
    public var outgoing = State.none

    public init() {}
}

/// Where an address of this tenant leads.
public enum Resolution: Sendable, Equatable {
    /// The domain is no domain of this tenant.
    case notLocal
    /// No user, alias or catch-all takes it: `550 5.1.1`.
    case noSuchUser
    /// All users behind it are suspended: `450 4.2.1`.
    case suspended([UserRecord])
    /// Aliases, groups and forwards lead round in a circle, too deep or to too many addresses: `554 5.4.6`.
    case loop
    case targets(ResolvedTargets)
}

public struct ResolvedTargets: Sendable, Equatable {
    /// Each user once, the nearest first; left out are those that take no mail, or keep no copy of what they forward.
    public var users: [ResolvedUser]
    /// Those.
    public var suspended: [UserRecord] = []
    /// Addresses outside this tenant to forward to, each once.
    public var external: [String]
    /// Users on the way whose mail goes on, each once.
    public var forwards: [ResolvedForward] = []
    /// Groups that the address is or that aliases and forwards lead to; not those inside of groups. The sender must be let in by each.
    public var groups: [ResolvedGroup] = []
    /// Groups that users forward to, and that do not let the sender in: nobody has it through them.
    public var closed: [ResolvedGroup] = []

    /// As how many recipients it counts in the limits of who sends there: one, or all whom it goes to outside.
    public var countedRecipients: Int { max(1, external.count) }

    /// Nobody would have the mail but users who forward it, keep no copy, and do so only since the groups are closed.
    public var isBarred: Bool {
        guard !closed.isEmpty, external.isEmpty else { return false }
        let barred = Set(forwards.filter { $0.isBarred && !$0.keepsCopy }.map(\.user.id))
        return users.allSatisfy { barred.contains($0.user.id) }
    }
}

/// A user whose mail goes on to others.
public struct ResolvedForward: Sendable, Equatable {
    public let user: UserRecord
    /// Addresses, in their order.
    public let targets: [String]
    public let keepsCopy: Bool
    /// As of a `ResolvedUser`.
    public let group: String?
    /// Nobody is there, so that the mail stays with the user anyway.
    public var leadsNowhere = false
    /// Because a group that is there does not let the sender in.
    public var isBarred = false
}

public struct ResolvedGroup: Sendable, Equatable {
    public let address: String
    public let posting: GroupPosting
    /// Addresses, in their order.
    public let owners: [String]
    /// Those of the external addresses that it leads to, and nothing before it.
    public var external: [String] = []
    /// A user's forward leads to it, and nothing else.
    public var isForwardedTo = false
}

/// Who may send to a group. All but `anyone` take mail only that a user of the tenant handed in after a login.
public enum GroupPosting: String, Sendable {
    case anyone, tenant, members, owners
}

public struct ResolvedUser: Sendable, Equatable {
    public let user: UserRecord
    /// What stood after `+` in the local part (`user+detail@`, RFC 5233), as it was written.
    public let detail: String?
    /// The group, of those that let senders in, through which the user was found; nil: none.
    public var group: String?
}
