/// What an administrator sends to log in.
public struct AdminLogin: Codable, Sendable, Hashable, CustomStringConvertible {
    public var name: AdministratorName
    public var password: String
    /// Six digits of the authenticator app (RFC 6238).
    public var oneTimePassword: String

    public init(name: AdministratorName, password: String, oneTimePassword: String) {
        (self.name, self.password, self.oneTimePassword) = (name, password, oneTimePassword)
    }

    public var description: String { "login of \(name)" }
}

/// The answer to a login: the token goes into `Authorization: Bearer …` of every other request.
public struct AdminToken: Codable, Sendable, Hashable, CustomStringConvertible {
    public var token: String
    public var expiresAt: Timestamp

    public init(token: String, expiresAt: Timestamp) { (self.token, self.expiresAt) = (token, expiresAt) }

    public var description: String { "token until \(expiresAt)" }
}

/// Who one is, and what one may do.
public struct AdminSession: Codable, Sendable, Hashable {
    public var name: String
    public var role: Role
    public var tenant: TenantName?
    public var domain: DomainName?
    /// nil on the machine itself, where the kernel says who calls.
    public var expiresAt: Timestamp?

    public init(name: String, role: Role, tenant: TenantName?, domain: DomainName?, expiresAt: Timestamp?) {
        (self.name, self.role, self.tenant, self.domain, self.expiresAt) = (name, role, tenant, domain, expiresAt)
    }
}

/// One's own password anew; every session of oneself ends.
public struct OwnPasswordChange: Codable, Sendable, Hashable, CustomStringConvertible {
    public var old: String
    public var new: PasswordChoice

    public init(old: String, new: PasswordChoice) { (self.old, self.new) = (old, new) }

    public var description: String { "change of one's own password" }
}
