import MailSettings

/// How a tenant is to be. What is left out stays as it is; a domain, user, shared mailbox, alias or group that is named is made if it is
/// not there.
public struct DesiredTenant: Codable, Sendable, Hashable {
    /// Domains of one tenant, users, aliases, and groups: beyond that the request is refused.
    public static let limit = 100_000

    public var name: TenantName
    public var plan: PlanName?
    public var quota: QuotaChange?
    public var limits: LimitChanges?
    public var suspended: [Suspendable]?
    /// Of what `suspended` names; without it no reason is given.
    public var suspensionReason: SuspensionReason?
    public var domains: [DesiredDomain]
    public var users: [DesiredUser]
    public var mailboxes: [DesiredMailbox] = []
    public var aliases: [DesiredAlias]
    public var groups: [DesiredGroup]
    /// Single further names of domains, beside those that `domains` lists. A file has no such part: it comes of an inverse.
    public var domainAliases: [DomainAlias]?
    /// What is not to be there: of an inverse too.
    public var gone: GoneFromTenant?
    /// Of an inverse: the numbers of the users whom it names, by address. Who has such an address by then and another number is somebody
    /// else, and stays as they are. Left out, as by older applies: whoever has the address is meant.
    public var userNumbers: [String: Int64]?

    public init(
        name: TenantName, plan: PlanName? = nil, quota: QuotaChange? = nil, limits: LimitChanges? = nil, suspended: [Suspendable]? = nil,
        suspensionReason: SuspensionReason? = nil, domains: [DesiredDomain] = [], users: [DesiredUser] = [],
        aliases: [DesiredAlias] = [], groups: [DesiredGroup] = [], domainAliases: [DomainAlias]? = nil, gone: GoneFromTenant? = nil
    ) {
        (self.name, self.plan, self.quota, self.limits) = (name, plan, quota, limits)
        (self.suspended, self.suspensionReason) = (suspended, suspensionReason)
        (self.domains, self.users, self.aliases) = (domains, users, aliases)
        (self.groups, self.domainAliases, self.gone) = (groups, domainAliases, gone)
    }

    private enum CodingKeys: String, CodingKey {
        case name, plan, quota, limits, suspended, suspensionReason, domains, users, mailboxes, aliases, groups, domainAliases, gone
        case userNumbers
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(TenantName.self, forKey: .name)
        plan = try values.decodeIfPresent(PlanName.self, forKey: .plan)
        quota = try values.decodeIfPresent(QuotaChange.self, forKey: .quota)
        limits = try values.decodeIfPresent(LimitChanges.self, forKey: .limits)
        suspended = try values.decodeIfPresent([Suspendable].self, forKey: .suspended)
        suspensionReason = try values.decodeIfPresent(SuspensionReason.self, forKey: .suspensionReason)
        domains = try values.decodeIfPresent([DesiredDomain].self, forKey: .domains) ?? []
        users = try values.decodeIfPresent([DesiredUser].self, forKey: .users) ?? []
        mailboxes = try values.decodeIfPresent([DesiredMailbox].self, forKey: .mailboxes) ?? []
        aliases = try values.decodeIfPresent([DesiredAlias].self, forKey: .aliases) ?? []
        groups = try values.decodeIfPresent([DesiredGroup].self, forKey: .groups) ?? []
        domainAliases = try values.decodeIfPresent([DomainAlias].self, forKey: .domainAliases)
        gone = try values.decodeIfPresent(GoneFromTenant.self, forKey: .gone)
        userNumbers = try values.decodeIfPresent([String: Int64].self, forKey: .userNumbers)
    }
}

public struct DesiredDomain: Codable, Sendable, Hashable {
    public var name: DomainName
    public var quota: QuotaChange?
    /// Its other names. Left out: they stay.
    public var aliases: [DomainName]?
    /// Of its policy on TLS.
    public var mtaSTS: MTASTSMode?
    /// Whether it has keys of DKIM under its own name: true has some made, which wait to be activated, if there are none. False, of an
    /// inverse, takes away those that wait; what signs goes on.
    public var dkim: Bool?
    /// Of an inverse: it is changed if it is there, and not made.
    public var ifThere: Bool?

    public init(
        name: DomainName, quota: QuotaChange? = nil, aliases: [DomainName]? = nil, mtaSTS: MTASTSMode? = nil, dkim: Bool? = nil,
        ifThere: Bool? = nil
    ) {
        (self.name, self.quota, self.aliases, self.mtaSTS, self.dkim, self.ifThere) = (name, quota, aliases, mtaSTS, dkim, ifThere)
    }
}

public struct DesiredUser: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var quota: QuotaChange?
    /// Of this user alone; `null` takes one away.
    public var limits: LimitChanges?
    public var suspended: [Suspendable]?
    public var suspensionReason: SuspensionReason?
    public var password: DesiredPassword?
    public var vacation: DesiredVacation?
    public var forward: DesiredForward?
    /// Of an inverse, with the password: by when that was to be changed. Else a password that is written need not be.
    public var passwordChangeBy: Timestamp?
    /// Of an inverse: the user is changed if it is there, and not made.
    public var ifThere: Bool?
    /// Of an inverse: the user is made, or comes back. Whoever has the address by then is somebody else, and stays as they are.
    public var ifAbsent: Bool?

    public init(
        address: EmailAddress, quota: QuotaChange? = nil, limits: LimitChanges? = nil, suspended: [Suspendable]? = nil,
        suspensionReason: SuspensionReason? = nil, password: DesiredPassword? = nil, vacation: DesiredVacation? = nil,
        forward: DesiredForward? = nil
    ) {
        (self.address, self.quota, self.limits, self.suspended) = (address, quota, limits, suspended)
        (self.suspensionReason, self.password, self.vacation, self.forward) = (suspensionReason, password, vacation, forward)
    }
}

public struct DesiredAlias: Codable, Sendable, Hashable {
    public var address: AliasAddress
    /// All of them: what is not here is no target any more.
    public var targets: [TargetAddress]
    /// Of an inverse: it is changed if it is there, and not made.
    public var ifThere: Bool?

    public init(address: AliasAddress, targets: [TargetAddress], ifThere: Bool? = nil) {
        (self.address, self.targets, self.ifThere) = (address, targets, ifThere)
    }
}

/// What is to be taken away, by name.
public struct GoneFromTenant: Codable, Sendable, Hashable {
    public var domains: [DomainName]
    public var domainAliases: [DomainName]
    public var users: [EmailAddress]
    public var aliases: [AliasAddress]
    public var groups: [EmailAddress]
    /// The tenant itself, once nothing else is in it.
    public var tenant: Bool

    public init(
        domains: [DomainName] = [], domainAliases: [DomainName] = [], users: [EmailAddress] = [], aliases: [AliasAddress] = [],
        groups: [EmailAddress] = [], tenant: Bool = false
    ) {
        (self.domains, self.domainAliases, self.users, self.aliases) = (domains, domainAliases, users, aliases)
        (self.groups, self.tenant) = (groups, tenant)
    }

    private enum CodingKeys: String, CodingKey { case domains, domainAliases, users, aliases, groups, tenant }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        domains = try values.decodeIfPresent([DomainName].self, forKey: .domains) ?? []
        domainAliases = try values.decodeIfPresent([DomainName].self, forKey: .domainAliases) ?? []
        users = try values.decodeIfPresent([EmailAddress].self, forKey: .users) ?? []
        aliases = try values.decodeIfPresent([AliasAddress].self, forKey: .aliases) ?? []
        groups = try values.decodeIfPresent([EmailAddress].self, forKey: .groups) ?? []  // of older applies
        tenant = try values.decodeIfPresent(Bool.self, forKey: .tenant) ?? false
    }
}
