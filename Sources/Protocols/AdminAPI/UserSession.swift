/// A mail program or a browser that is logged in.
public struct UserSession: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var tenant: TenantName
    public var service: MailService
    /// The client's network address and port.
    public var client: String
    public var isEncrypted: Bool
    public var since: Timestamp

    public init(address: EmailAddress, tenant: TenantName, service: MailService, client: String, isEncrypted: Bool, since: Timestamp) {
        (self.address, self.tenant, self.service) = (address, tenant, service)
        (self.client, self.isEncrypted, self.since) = (client, isEncrypted, since)
    }
}

/// The answer to `session end`.
public struct EndedSessions: Codable, Sendable, Hashable {
    public var target: QuotaTarget
    public var ended: Int

    public init(target: QuotaTarget, ended: Int) { (self.target, self.ended) = (target, ended) }
}
