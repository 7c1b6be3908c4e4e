/// A message on its way into mailboxes of this tenant.
public struct Delivery: Sendable {
    /// The same for every attempt to deliver this message: a repeat stores nothing and is answered like the first (16 octets).
    public var id: [UInt8]
    /// False when an earlier attempt may have stored it.
    public var isFirstAttempt: Bool
    /// `MAIL FROM`, without angle brackets; empty for notifications. Kept with the message bytes.
    public var reversePath: String
    /// The whole message with CRLF line ends, trace fields included.
    public var bytes: [UInt8]
    /// Each user once; repeats of a user are delivered once and answered alike.
    public var recipients: [DeliveryRecipient]

    public init(id: [UInt8], isFirstAttempt: Bool = false, reversePath: String, bytes: [UInt8], recipients: [DeliveryRecipient]) {
        self.id = id
        self.isFirstAttempt = isFirstAttempt
        self.reversePath = reversePath
        self.bytes = bytes
        self.recipients = recipients
    }
}

public struct DeliveryRecipient: Sendable {
    public var user: Int64
    /// A mailbox's name; INBOX if it does not exist.
    public var mailbox: String
    public var flags: MessageFlags
    public var keywords: [String]

    public init(user: Int64, mailbox: String = "INBOX", flags: MessageFlags = [], keywords: [String] = []) {
        self.user = user
        self.mailbox = mailbox
        self.flags = flags
        self.keywords = keywords
    }
}

/// What became of a delivery for one recipient. `stored` and `duplicate` are durable: the message would survive a power cut.
public enum DeliveryOutcome: Sendable, Equatable {
    case stored(mailbox: Int64, uid: UID)
    /// This delivery was stored by an earlier attempt.
    case duplicate
    case overQuota(QuotaRefusal)
    /// The user is gone.
    case noSuchUser
    /// Nothing was stored; trying again can help.
    case unavailable(reason: String)
}
