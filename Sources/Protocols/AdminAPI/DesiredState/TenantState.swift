import MailSettings
import Quantities

/// All of a tenant that can be written down: its settings, and every domain, user, alias and group by name.
public struct TenantState: Sendable, Hashable {
    public var settings: TenantSettings
    public var domains: [DomainName: DomainSettings]
    /// Whose name each of them is.
    public var domainAliases: [DomainName: DomainName]
    /// With the shared mailboxes.
    public var users: [EmailAddress: UserSettings]
    /// Their targets, in order.
    public var aliases: [AliasAddress: [TargetAddress]]
    public var groups: [EmailAddress: GroupSettings]

    public init(
        settings: TenantSettings = TenantSettings(), domains: [DomainName: DomainSettings] = [:],
        domainAliases: [DomainName: DomainName] = [:], users: [EmailAddress: UserSettings] = [:],
        aliases: [AliasAddress: [TargetAddress]] = [:], groups: [EmailAddress: GroupSettings] = [:]
    ) {
        (self.settings, self.domains, self.domainAliases) = (settings, domains, domainAliases)
        (self.users, self.aliases, self.groups) = (users, aliases, groups)
    }
}

/// A quota as somebody set it, which is not what holds: a plan may say that.
public struct StoredQuota: Sendable, Hashable {
    public var bytes: LimitChange<ByteCount>
    public var messages: LimitChange<Int64>

    public init(bytes: LimitChange<ByteCount>, messages: LimitChange<Int64> = .unlimited) {
        (self.bytes, self.messages) = (bytes, messages)
    }

    /// What something new has: of a tenant or a user as the plan says, of a domain none.
    public static func standard(at level: QuotaLevel) -> StoredQuota { StoredQuota(bytes: level == .domain ? .unlimited : .planned) }

    public func changed(by change: QuotaChange?) -> StoredQuota {
        StoredQuota(bytes: change?.bytes ?? bytes, messages: change?.messages ?? messages)
    }

    /// What was different before.
    func difference(from after: StoredQuota) -> QuotaChange? {
        self == after ? nil : QuotaChange(bytes: bytes == after.bytes ? nil : bytes, messages: messages == after.messages ? nil : messages)
    }
}

public struct DomainSettings: Sendable, Hashable {
    public var quota: StoredQuota
    /// Of the policy on TLS.
    public var mtaSTS: MTASTSMode
    public var keys: Keys

    /// Those of DKIM under the domain's own name; retired ones aside, and none of them by itself.
    public enum Keys: String, Sendable, Hashable {
        case absent = "none"
        /// To be activated.
        case waiting
        /// At least one signs.
        case active

        fileprivate func reaching(_ desired: Bool?) -> Keys {
            switch (self, desired) {
            case (.absent, true?): .waiting
            case (.waiting, false?): .absent
            default: self
            }
        }
    }

    public init(quota: StoredQuota = .standard(at: .domain), mtaSTS: MTASTSMode = .off, keys: Keys = .absent) {
        (self.quota, self.mtaSTS, self.keys) = (quota, mtaSTS, keys)
    }

    func reaching(_ desired: DesiredDomain) -> DomainSettings {
        DomainSettings(
            quota: quota.changed(by: desired.quota), mtaSTS: desired.mtaSTS ?? mtaSTS, keys: keys.reaching(desired.dkim))
    }
}

public struct StoredSuspension: Sendable, Hashable {
    /// In the order of the cases, each once.
    public var what: [Suspendable]
    public var reason: SuspensionReason?

    public static let none = StoredSuspension(what: [], reason: nil)

    /// A reason of nothing is none.
    public init(what: [Suspendable], reason: SuspensionReason?) {
        self.what = Suspendable.allCases.filter(what.contains)
        self.reason = what.isEmpty ? nil : reason
    }
}

public struct TenantSettings: Sendable, Hashable {
    public var plan: PlanName
    public var quota: StoredQuota
    public var limits: LimitSet
    public var suspension: StoredSuspension

    public init(
        plan: PlanName = .standard, quota: StoredQuota = .standard(at: .tenant), limits: LimitSet = LimitSet(),
        suspension: StoredSuspension = .none
    ) {
        (self.plan, self.quota, self.limits, self.suspension) = (plan, quota, limits, suspension)
    }
}

public struct UserSettings: Sendable, Hashable {
    public var quota: StoredQuota
    public var limits: LimitSet
    public var suspension: StoredSuspension
    public var password: DesiredPassword
    /// nil: it need not be changed.
    public var passwordChangeBy: Timestamp?
    /// With its days.
    public var vacation: NewVacation?
    public var forward: NewForward?
    /// Of a shared mailbox, which has no password. nil: it is a user.
    public var members: [EmailAddress: SharedGrant]?

    public init(
        quota: StoredQuota = .standard(at: .user), limits: LimitSet = LimitSet(), suspension: StoredSuspension = .none,
        password: DesiredPassword = .none, passwordChangeBy: Timestamp? = nil, vacation: NewVacation? = nil,
        forward: NewForward? = nil, members: [EmailAddress: SharedGrant]? = nil
    ) {
        (self.vacation, self.forward) = (vacation, forward)
        (self.quota, self.limits, self.suspension) = (quota, limits, suspension)
        (self.password, self.passwordChangeBy, self.members) = (password, passwordChangeBy, members)
    }
}
