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

    /// Octets that the inner doors take: of a message as large as may come in, with all that is written above it on its way here (Received,
    /// Delivered-To, List fields, signatures). So what the outer door took is not refused for what was added to it.
    public var innerMessageSize: Int64 { messageSize.addingReportingOverflow(65_536).overflow ? .max : messageSize + 65_536 }
    /// The same of the Received fields, one of which is this platform's own.
    public var innerHops: Int { hops + 1 }
}
