/// Somebody who administers the platform, a tenant or a domain, from this machine or another.
public struct Administrator: Codable, Sendable, Hashable {
    public var name: AdministratorName
    public var role: Role
    /// The company that the role is held in; nil for roles of the platform.
    public var tenant: TenantName?
    /// For roles of a domain.
    public var domain: DomainName?
    public var state: AccountState
    public var createdAt: Timestamp
    public var lastLoginAt: Timestamp?

    public init(
        name: AdministratorName, role: Role, tenant: TenantName?, domain: DomainName?, state: AccountState, createdAt: Timestamp,
        lastLoginAt: Timestamp?
    ) {
        (self.name, self.role, self.tenant, self.domain) = (name, role, tenant, domain)
        (self.state, self.createdAt, self.lastLoginAt) = (state, createdAt, lastLoginAt)
    }
}

/// `tenant` is for roles of a tenant, `domain` for those of a domain.
public struct NewAdministrator: Codable, Sendable, Hashable {
    public var name: AdministratorName
    public var role: Role
    public var tenant: TenantName?
    public var domain: DomainName?
    public var password: PasswordChoice

    public init(name: AdministratorName, role: Role, tenant: TenantName? = nil, domain: DomainName? = nil, password: PasswordChoice) {
        (self.name, self.role, self.tenant, self.domain, self.password) = (name, role, tenant, domain, password)
    }
}

/// What an administrator logs in with, told once: never again.
public struct AdministratorSecrets: Codable, Sendable, Hashable {
    public var name: AdministratorName
    /// Only when the control plane made it.
    public var generatedPassword: String?
    /// For an authenticator app: an `otpauth` address; nil when it stays as it was.
    public var oneTimePassword: String?

    public init(name: AdministratorName, generatedPassword: String? = nil, oneTimePassword: String? = nil) {
        (self.name, self.generatedPassword, self.oneTimePassword) = (name, generatedPassword, oneTimePassword)
    }
}

/// The name that an administrator logs in with: `a-z`, `0-9`, dot, hyphen and underscore, 2 to 63 characters, beginning with a letter.
public struct AdministratorName: ValidatedText {
    public let text: String

    public init(_ text: String) throws(AdminError) {
        let name = text.lowercased()
        let isRight =
            (2...63).contains(name.utf8.count) && name.utf8.allSatisfy { $0.isLowercaseLetterOrDigit || "._-".utf8.contains($0) }
            && name.utf8.first.map { (0x61...0x7A).contains($0) } == true
        guard isRight else {
            throw AdminError(
                .invalid, "\(quoted(text)) cannot be an administrator's name.",
                hint: "Use a-z, 0-9, dot, hyphen and underscore, beginning with a letter, such as jo.smith.")
        }
        self.text = name
    }
}
