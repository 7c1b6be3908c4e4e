/// What became of a message at some of its recipients: the content of a delivery status notification (RFC 3464).
public struct DeliveryReport: Sendable, Equatable {
    /// RFC 3464 §2.3.3.
    public enum Action: String, Sendable, Equatable { case failed, delayed, delivered, relayed, expanded }

    public struct Recipient: Sendable, Equatable {
        /// `type;address` as the sender gave it in ORCPT, its xtext decoded (RFC 3461 §4.2).
        public var original: [UInt8]?
        public var final: [UInt8]
        public var action: Action
        /// RFC 3463, such as `5.1.1`.
        public var status: String
        /// The host that answered, and its answer; nil when no other host was reached.
        public var remoteMTA: String?
        public var diagnostic: [UInt8]?
        public var lastAttempt: DateTime?
        /// What the human part says about this recipient.
        public var explanation: String

        public init(
            original: [UInt8]? = nil, final: [UInt8], action: Action, status: String, remoteMTA: String? = nil, diagnostic: [UInt8]? = nil,
            lastAttempt: DateTime? = nil, explanation: String
        ) {
            self.original = original
            self.final = final
            self.action = action
            self.status = status
            self.remoteMTA = remoteMTA
            self.diagnostic = diagnostic
            self.lastAttempt = lastAttempt
            self.explanation = explanation
        }
    }

    /// What is sent back of the message: its header for RET=HDRS, all of it for RET=FULL (RFC 3461 §4.3).
    public enum Returned: Sendable, Equatable { case header([UInt8]), full([UInt8]) }

    public var reportingMTA: String
    public var sender: [UInt8]
    /// ENVID, its xtext decoded (RFC 3461 §4.4).
    public var envelopeID: [UInt8]?
    public var arrival: DateTime
    public var recipients: [Recipient]
    public var returned: Returned
    /// Given by the caller, who has clock and randomness. The boundary must not occur in the returned message.
    public var date: DateTime
    public var messageID: [UInt8]
    public var boundary: String

    public init(
        reportingMTA: String, sender: [UInt8], envelopeID: [UInt8]? = nil, arrival: DateTime, recipients: [Recipient], returned: Returned,
        date: DateTime, messageID: [UInt8], boundary: String
    ) {
        self.reportingMTA = reportingMTA
        self.sender = sender
        self.envelopeID = envelopeID
        self.arrival = arrival
        self.recipients = recipients
        self.returned = returned
        self.date = date
        self.messageID = messageID
        self.boundary = boundary
    }

    /// Addresses beyond ASCII need the types of RFC 6533.
    public var needsUTF8: Bool {
        !Self.isASCII(sender) || recipients.contains { !Self.isASCII($0.final) || !Self.isASCII($0.original ?? []) }
    }

    static func isASCII(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { $0 < 0x80 } }
}
