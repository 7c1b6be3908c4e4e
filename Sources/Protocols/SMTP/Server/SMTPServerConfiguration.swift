import SASL

/// Which door an SMTP session stands at; it decides what is offered and asked.
public enum SMTPDoor: Sendable, Equatable {
    /// Port 25: mail from other servers.
    case transport
    /// Ports 587 and 465: mail from our users, after a login (RFC 6409).
    case submission
    /// Inner door into a tenant: LHLO, and a reply for each recipient (RFC 2033).
    case lmtp
    /// Inner door into the relay.
    case relay

    /// Only our own processes come here, so `XDELIVERYID` and `XSUBMITTEDBY` are taken.
    public var isInner: Bool { self == .lmtp || self == .relay }
}

public struct SMTPServerConfiguration: Sendable {
    public var door: SMTPDoor
    /// The name in the greeting.
    public var hostname: String
    /// Octets of a message (RFC 1870).
    public var maximumMessageSize: Int64 = 50 << 20
    /// Recipients of a transaction; at least 100 (RFC 5321 §4.5.3.1.8).
    public var maximumRecipients = 1000
    /// Received fields after which a message is taken to loop; at least 100 is RFC 5321 §6.3's advice, most loops are shorter.
    public var maximumHops = 50
    /// Wrong commands after which the connection is closed.
    public var maximumErrors = 20
    /// Wrong logins after which the connection is closed.
    public var maximumLogins = 3
    /// Refused recipients after which the connection is closed: what looks for addresses finds few.
    public var maximumRefusedRecipients = 100
    /// Recipients beyond `maximumRecipients` that are just refused; each further one counts as a wrong command.
    public var maximumOvershoot = 1000
    /// Commands that lead nowhere (EHLO, RSET, NOOP, VRFY, HELP) after which, without a message between, the connection is closed.
    public var maximumIdleCommands = 100

    public var offersStartTLS = false
    public var isEncrypted = false
    /// PLAIN and LOGIN in the clear, for tests on loopback addresses only.
    public var allowsPlaintextLogin = false
    /// What may be offered where a login is possible.
    public var mechanisms: [SASLMechanism] = SASLMechanism.allCases
    /// Delivery status notifications (RFC 3461): only where somebody keeps the promises.
    public var offersDSN: Bool

    /// A session that goes on where another process left it, after the login: no greeting is sent.
    /// The value is what the client called itself; nil when it has to say so again.
    public var resumedAfterLogin: ClientName?

    public struct ClientName: Sendable, Equatable {
        public var name: String?
        public init(_ name: String?) { self.name = name }
    }

    public init(door: SMTPDoor, hostname: String) {
        self.door = door
        self.hostname = hostname
        offersDSN = door == .submission || door == .relay
    }
}
