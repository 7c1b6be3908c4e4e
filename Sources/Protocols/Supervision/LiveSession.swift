/// A client that is logged in, as the gateway knows it.
public struct LiveSession: Codable, Sendable, Equatable {
    /// Names it to whoever listed it.
    public var number: Int64
    public var tenant: Int64
    public var user: Int64
    /// The user's primary address.
    public var address: String
    public var service: ClientService
    /// The client's address in text.
    public var client: String
    public var isEncrypted: Bool
    /// Seconds since 1970.
    public var since: Int64

    /// How many are told at one time.
    public static let listLimit = 10_000

    public init(
        number: Int64, tenant: Int64, user: Int64, address: String, service: ClientService, client: String, isEncrypted: Bool, since: Int64
    ) {
        self.number = number
        (self.tenant, self.user, self.address, self.service) = (tenant, user, address, service)
        (self.client, self.isEncrypted, self.since) = (client, isEncrypted, since)
    }
}
