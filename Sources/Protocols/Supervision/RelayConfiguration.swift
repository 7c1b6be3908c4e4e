/// What the relay is told at its start.
public struct RelayConfiguration: Codable, Sendable, Equatable {
    public var hostname: String
    public var listeners: [InheritedListener]
    public var confinement: Confinement
    public var database: DatabaseAccess
    /// The relay's own directory: the blob segments of queued messages.
    public var directory: String
    public var tenantSocketDirectory: String
    public var trustedPeers: [UInt32]
    public var limits: MailLimits
    public var routes: [StaticRoute]
    /// Seconds until the first, second, … next attempt; the last value repeats (RFC 5321 §4.5.4.1).
    public var retrySchedule: [Int]
    /// Seconds after which a message that could not be delivered is given up (at least four days by RFC 5321 §4.5.4.1).
    public var lifetime: Int
    /// The port that MX hosts are asked at: 25, other in tests.
    public var smtpPort: Int
    /// The DNS server to ask, as `address` or `address@port`; nil asks those of the system.
    public var dnsServer: String?

    public init(
        hostname: String, listeners: [InheritedListener], confinement: Confinement, database: DatabaseAccess, directory: String,
        tenantSocketDirectory: String, trustedPeers: [UInt32], limits: MailLimits, routes: [StaticRoute], retrySchedule: [Int],
        lifetime: Int, smtpPort: Int, dnsServer: String? = nil
    ) {
        self.hostname = hostname
        self.listeners = listeners
        self.confinement = confinement
        self.database = database
        self.directory = directory
        self.tenantSocketDirectory = tenantSocketDirectory
        self.trustedPeers = trustedPeers
        self.limits = limits
        self.routes = routes
        self.retrySchedule = retrySchedule
        self.lifetime = lifetime
        self.smtpPort = smtpPort
        self.dnsServer = dnsServer
    }
}
