/// What the gateway counts. All but what is said to be of now is since its start.
public struct GatewayFigures: Codable, Sendable, Equatable {
    /// Connections of one door.
    public struct Door: Codable, Sendable, Equatable {
        public var opened: Int64 = 0
        /// Open now.
        public var open: Int64 = 0
        /// Sent away, since there were too many.
        public var refused: Int64 = 0
        public init() {}
    }

    /// By the names of `InheritedListener.Service`.
    public var doors: [String: Door] = [:]
    public var handshakesFailed: Int64 = 0
    /// Logins by what became of them.
    public var loginsAccepted: Int64 = 0, loginsRefused: Int64 = 0, loginsSuspended: Int64 = 0, loginsUndecided: Int64 = 0
    /// Messages from the internet by the class of the reply to them (2, 4, 5).
    public var messagesTaken: Int64 = 0, messagesDeferred: Int64 = 0, messagesRefused: Int64 = 0
    /// Recipients that were refused at RCPT.
    public var recipientsRefused: Int64 = 0
    /// Of clients, without TLS.
    public var octetsReceived: Int64 = 0, octetsSent: Int64 = 0
    /// Of messages that are being received now.
    public var incomingMemory: Int64 = 0
    /// Clients that are logged in now.
    public var sessions: Int64 = 0

    public init() {}

    /// Takes over what an earlier process counted.
    public mutating func add(_ other: GatewayFigures) {
        for (name, door) in other.doors {
            doors[name, default: Door()].opened &+= door.opened
            doors[name, default: Door()].open &+= door.open
            doors[name, default: Door()].refused &+= door.refused
        }
        handshakesFailed &+= other.handshakesFailed
        loginsAccepted &+= other.loginsAccepted
        loginsRefused &+= other.loginsRefused
        loginsSuspended &+= other.loginsSuspended
        loginsUndecided &+= other.loginsUndecided
        messagesTaken &+= other.messagesTaken
        messagesDeferred &+= other.messagesDeferred
        messagesRefused &+= other.messagesRefused
        recipientsRefused &+= other.recipientsRefused
        octetsReceived &+= other.octetsReceived
        octetsSent &+= other.octetsSent
        incomingMemory &+= other.incomingMemory
        sessions &+= other.sessions
    }

    /// What is left of it when its process has ended: sums, and nothing of now.
    public var ended: GatewayFigures {
        var rest = self
        (rest.incomingMemory, rest.sessions) = (0, 0)
        for name in doors.keys { rest.doors[name]?.open = 0 }
        return rest
    }
}
