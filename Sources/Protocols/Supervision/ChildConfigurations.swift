/// How a child reaches PostgreSQL. The password is a secret of this one child's role.
public struct DatabaseAccess: Codable, Sendable, Equatable, CustomStringConvertible {
    /// A directory (Unix socket) or a host name.
    public var host: String
    public var port: Int
    public var database: String
    public var role: String
    public var password: String

    public init(host: String, port: Int, database: String, role: String, password: String) {
        self.host = host
        self.port = port
        self.database = database
        self.role = role
        self.password = password
    }

    public var description: String { "\(role)@\(host):\(port)/\(database)" }
}

/// The cage that a child puts itself into before its first thread exists.
public struct Confinement: Codable, Sendable, Equatable {
    /// The numeric user and group to become; nil when the platform does not run as root.
    public var userID: UInt32?
    public var groupID: UInt32?
    /// Groups kept beside `groupID`.
    public var supplementaryGroups: [UInt32]
    /// Landlock: everything else in the file system is out of reach.
    public var readablePaths: [String]
    public var writablePaths: [String]
    /// False: `socket()` makes Unix sockets only.
    public var mayUseInternetSockets: Bool

    public init(
        userID: UInt32? = nil, groupID: UInt32? = nil, supplementaryGroups: [UInt32] = [], readablePaths: [String] = [],
        writablePaths: [String] = [], mayUseInternetSockets: Bool = false
    ) {
        self.userID = userID
        self.groupID = groupID
        self.supplementaryGroups = supplementaryGroups
        self.readablePaths = readablePaths
        self.writablePaths = writablePaths
        self.mayUseInternetSockets = mayUseInternetSockets
    }
}

/// A listening socket that the control plane made and the child inherits.
public struct InheritedListener: Codable, Sendable, Equatable {
    public enum Service: String, Codable, Sendable, CaseIterable {
        /// The gateway's public doors.
        case smtp, submission, submissions, imap, imaps, pop3, pop3s
        /// A tenant worker's inner doors: LMTP in plain (RFC 2033), and client sessions behind a PROXY v2 header.
        case lmtp, session
        /// The relay's inner door: SMTP with deliveries from workers and the gateway.
        case relay
    }
    public var service: Service
    public var descriptor: Int32

    public init(service: Service, descriptor: Int32) {
        self.service = service
        self.descriptor = descriptor
    }
}

/// Limits of SMTP sessions, the same at every door.
public struct MailLimits: Codable, Sendable, Equatable {
    /// Octets of a message, as announced by SIZE (RFC 1870).
    public var messageSize: Int64
    /// Recipients of one transaction; at least 100 (RFC 5321 §4.5.3.1.8).
    public var recipients: Int
    /// Received fields after which a message is taken to loop (RFC 5321 §6.3).
    public var hops: Int

    public init(messageSize: Int64 = 50 * 1024 * 1024, recipients: Int = 1000, hops: Int = 50) {
        self.messageSize = messageSize
        self.recipients = recipients
        self.hops = hops
    }
}

public struct GatewayConfiguration: Codable, Sendable, Equatable {
    /// The name in greetings and Received fields.
    public var hostname: String
    public var listeners: [InheritedListener]
    public var confinement: Confinement
    /// PEM files; the gateway reads them before it confines itself.
    public var certificateFile: String
    public var privateKeyFile: String
    /// Where the workers' doors are: `<directory>/<tenant>/lmtp` and `<directory>/<tenant>/session`.
    public var tenantSocketDirectory: String
    /// The relay's inner door.
    public var relaySocket: String
    public var limits: MailLimits
    /// Allows LOGIN and PLAIN without TLS from loopback addresses.
    public var allowsPlaintextLoginFromLoopback: Bool
    /// Seconds without a command before a connection is closed.
    public var idleTimeout: Int
    public var connectionsPerAddress: Int

    public init(
        hostname: String, listeners: [InheritedListener], confinement: Confinement, certificateFile: String, privateKeyFile: String,
        tenantSocketDirectory: String, relaySocket: String, limits: MailLimits, allowsPlaintextLoginFromLoopback: Bool, idleTimeout: Int,
        connectionsPerAddress: Int
    ) {
        self.hostname = hostname
        self.listeners = listeners
        self.confinement = confinement
        self.certificateFile = certificateFile
        self.privateKeyFile = privateKeyFile
        self.tenantSocketDirectory = tenantSocketDirectory
        self.relaySocket = relaySocket
        self.limits = limits
        self.allowsPlaintextLoginFromLoopback = allowsPlaintextLoginFromLoopback
        self.idleTimeout = idleTimeout
        self.connectionsPerAddress = connectionsPerAddress
    }
}

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
    public var limits: MailLimits
    /// Over-quota deliveries: true answers `452 4.2.2` (try again), false `552 5.2.2`.
    public var defersOverQuota: Bool
    /// Seconds without a session or delivery before the worker exits; database connections are closed much sooner.
    public var idleSeconds: Int

    public init(
        hostname: String, tenant: Int64, name: String, listeners: [InheritedListener], confinement: Confinement, database: DatabaseAccess,
        directory: String, relaySocket: String, trustedPeers: [UInt32], limits: MailLimits, defersOverQuota: Bool, idleSeconds: Int
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
    }
}

/// `domain → host:port`, ahead of any DNS lookup.
public struct StaticRoute: Codable, Sendable, Equatable {
    /// In lower case; `*` for every domain without a route of its own (a smarthost).
    public var domain: String
    public var host: String
    public var port: Int

    public init(domain: String, host: String, port: Int) {
        self.domain = domain
        self.host = host
        self.port = port
    }
}

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
        tenantSocketDirectory: String, trustedPeers: [UInt32], limits: MailLimits, routes: [StaticRoute], retrySchedule: [Int], lifetime: Int,
        smtpPort: Int, dnsServer: String? = nil
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
