/// What the gateway is told at its start.
public struct GatewayConfiguration: Codable, Sendable, Equatable {
    /// The name in greetings and Received fields.
    public var hostname: String
    /// Who gets mail for the server's own postmaster: an address of a hosted domain.
    public var postmaster: String
    public var listeners: [InheritedListener]
    /// Of the listeners that the internet reaches, by the names of their services.
    public var ports: [String: Int]
    public var confinement: Confinement
    /// The first is shown to whoever asks for no name.
    public var certificates: [ServerCertificate]
    /// Where the workers' doors are: `<directory>/<tenant>/lmtp` and `<directory>/<tenant>/session`.
    public var tenantSocketDirectory: String
    /// The relay's inner door.
    public var relaySocket: String
    /// Where the control plane hears administrators on other machines.
    public var remoteAdminSocket: String
    /// Where the control plane hears people at their account pages; nil when there are none.
    public var accountSocket: String?
    public var limits: MailLimits
    /// Allows LOGIN and PLAIN without TLS from loopback addresses.
    public var allowsPlaintextLoginFromLoopback: Bool
    /// Seconds that a client has to log in, from its connection on.
    public var loginTime: Int
    public var connectionsPerAddress: Int
    /// Sessions that are logged in at one time, all protocols together.
    public var sessionsPerUser: Int
    public var sessionsPerTenant: Int

    public init(
        hostname: String, postmaster: String, listeners: [InheritedListener], ports: [String: Int], confinement: Confinement,
        certificates: [ServerCertificate], tenantSocketDirectory: String, relaySocket: String, remoteAdminSocket: String,
        accountSocket: String?, limits: MailLimits, allowsPlaintextLoginFromLoopback: Bool, loginTime: Int, connectionsPerAddress: Int,
        sessionsPerUser: Int, sessionsPerTenant: Int
    ) {
        self.hostname = hostname
        self.postmaster = postmaster
        self.listeners = listeners
        self.ports = ports
        self.confinement = confinement
        self.certificates = certificates
        self.tenantSocketDirectory = tenantSocketDirectory
        self.relaySocket = relaySocket
        self.remoteAdminSocket = remoteAdminSocket
        self.accountSocket = accountSocket
        self.limits = limits
        self.allowsPlaintextLoginFromLoopback = allowsPlaintextLoginFromLoopback
        self.loginTime = loginTime
        self.connectionsPerAddress = connectionsPerAddress
        self.sessionsPerUser = sessionsPerUser
        self.sessionsPerTenant = sessionsPerTenant
    }
}
