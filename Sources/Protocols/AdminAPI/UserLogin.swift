/// Logins of a user on one day that differ in nothing but their moments. In a list the newest day is first, and of a day what began last.
///
/// Who asks for more gives the last one's day as `until` and its number as `before`: of that day only earlier ones are meant then.
/// Those who administer a tenant see other numbers, as of `AuditEvent`.
public struct UserLogin: Codable, Sendable, Hashable {
    /// How many a call lists at most, and how many when it does not say.
    public static let maximum = 10_000, usual = 100
    /// Days that they are kept, beside the present one.
    public static let keptDays: Int64 = 90

    public var number: Int64
    public var address: EmailAddress
    public var tenant: TenantName
    /// Of UTC.
    public var day: Day
    public var service: MailService
    /// The client's network address; nil: further ones, of a day that has very many, with any password.
    public var client: String?
    /// The app password that proved it; nil: the user's own password did.
    public var appPassword: AppPasswordName?
    public var firstAt: Timestamp
    public var lastAt: Timestamp
    public var logins: Int64

    public init(
        number: Int64, address: EmailAddress, tenant: TenantName, day: Day, service: MailService, client: String?,
        appPassword: AppPasswordName?, firstAt: Timestamp, lastAt: Timestamp, logins: Int64
    ) {
        (self.number, self.address, self.tenant, self.day, self.service) = (number, address, tenant, day, service)
        (self.client, self.appPassword) = (client, appPassword)
        (self.firstAt, self.lastAt, self.logins) = (firstAt, lastAt, logins)
    }
}

/// The last time that a user logged in.
public struct LastLogin: Codable, Sendable, Hashable {
    public var at: Timestamp
    public var service: MailService
    /// As of `UserLogin`.
    public var client: String?

    public init(at: Timestamp, service: MailService, client: String?) { (self.at, self.service, self.client) = (at, service, client) }
}

extension UserLogin {
    public var last: LastLogin { LastLogin(at: lastAt, service: service, client: client) }
}
