/// A person or a service with a mailbox and, once a password is set, a login. The login name is the address.
public struct User: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var tenant: TenantName
    /// Suspended when anything of it is; the tenant's suspensions hold too.
    public var state: AccountState
    public var suspended: [Suspendable]
    public var suspensionReason: SuspensionReason?
    public var hasPassword: Bool
    public var passwordChangedAt: Timestamp?
    /// From when on the password opens no mail protocol; nil: it need not be changed.
    public var passwordChangeDue: Timestamp?
    /// True: the password alone opens no mail protocol.
    public var hasOneTimePasswords: Bool
    public var quota: QuotaLimits
    public var usage: Usage
    public var createdAt: Timestamp
    /// True of a shared mailbox, where one is asked for by its address; else left out.
    public var shared: Bool?
    /// Where the user is asked for by address; nil also: none within the days that logins are kept.
    public var lastLogin: LastLogin?

    public init(
        address: EmailAddress, tenant: TenantName, suspended: [Suspendable], suspensionReason: SuspensionReason?, hasPassword: Bool,
        passwordChangedAt: Timestamp?, passwordChangeDue: Timestamp?, hasOneTimePasswords: Bool, quota: QuotaLimits, usage: Usage,
        createdAt: Timestamp, shared: Bool? = nil
    ) {
        (self.address, self.tenant, self.hasPassword) = (address, tenant, hasPassword)
        (state, self.suspended, self.suspensionReason) = (suspended.isEmpty ? .active : .suspended, suspended, suspensionReason)
        (self.passwordChangedAt, self.passwordChangeDue) = (passwordChangedAt, passwordChangeDue)
        self.hasOneTimePasswords = hasOneTimePasswords
        (self.quota, self.usage, self.createdAt, self.shared) = (quota, usage, createdAt, shared)
    }
}

/// The user's domain must exist. Without a password the mailbox receives, but nobody can log in to it.
public struct NewUser: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var password: PasswordChoice?
    /// Left out: it need not be changed.
    public var mustChange: PasswordDemand?
    /// Left out: as the tenant's plan says.
    public var quota: QuotaChange?

    public init(
        address: EmailAddress, password: PasswordChoice? = nil, mustChange: PasswordDemand? = nil, quota: QuotaChange? = nil
    ) {
        (self.address, self.password, self.mustChange, self.quota) = (address, password, mustChange, quota)
    }
}

/// The answer to making a user: the user, and once, never again, the password that the control plane made.
public struct CreatedUser: Codable, Sendable, Hashable {
    public var user: User
    public var generatedPassword: String?

    public init(user: User, generatedPassword: String? = nil) { (self.user, self.generatedPassword) = (user, generatedPassword) }
}
