/// What a tenant's worker is told at its start.
public struct TenantConfiguration: Codable, Sendable, Equatable {
    public var hostname: String
    public var tenant: Int64
    /// The tenant's name, for logs.
    public var name: String
    public var listeners: [InheritedListener]
    public var confinement: Confinement
    public var database: DatabaseAccess
    /// The tenant's own directory: blob segments lie in `<directory>/blobs`.
    public var directory: String
    public var relaySocket: String
    /// Users whose processes may connect to the inner doors (SO_PEERCRED); checked for each connection.
    public var trustedPeers: [UInt32]
    /// The relay's among them, if it has one of its own.
    public var relayUser: UInt32?
    public var limits: MailLimits
    /// Over-quota deliveries: true answers `452 4.2.2` (try again), false `552 5.2.2`.
    public var defersOverQuota: Bool
    /// Seconds without a session or delivery before the worker exits; database connections are closed much sooner.
    public var idleSeconds: Int
    /// Percent of a quota at which its owner is warned by mail; none when it is empty.
    public var quotaWarnings: [Int]
    /// Opens the tenant's private keys of DKIM, which the database keeps sealed.
    public var sealingKey: [UInt8]

    public init(
        hostname: String, tenant: Int64, name: String, listeners: [InheritedListener], confinement: Confinement, database: DatabaseAccess,
        directory: String, relaySocket: String, trustedPeers: [UInt32], limits: MailLimits, defersOverQuota: Bool, idleSeconds: Int,
        quotaWarnings: [Int] = [], relayUser: UInt32? = nil, sealingKey: [UInt8] = []
    ) {
        self.hostname = hostname
        self.tenant = tenant
        self.name = name
        self.listeners = listeners
        self.confinement = confinement
        self.database = database
        self.directory = directory
        self.relaySocket = relaySocket
        self.trustedPeers = trustedPeers
        self.limits = limits
        self.defersOverQuota = defersOverQuota
        self.idleSeconds = idleSeconds
        self.quotaWarnings = quotaWarnings
        self.relayUser = relayUser
        self.sealingKey = sealingKey
    }
}
