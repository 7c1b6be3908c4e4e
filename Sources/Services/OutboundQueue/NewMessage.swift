/// A message that wants to be sent.
public struct NewMessage: Sendable, Equatable {
    public struct Recipient: Sendable, Equatable {
        /// `local-part@domain`, the domain in lower case.
        public var address: String
        /// NOTIFY= and ORCPT= as they were given (RFC 3461 §4).
        public var notify: String?
        public var originalRecipient: String?

        public init(address: String, notify: String? = nil, originalRecipient: String? = nil) {
            self.address = address
            self.notify = notify
            self.originalRecipient = originalRecipient
        }
    }

    /// The sender's tenant, or for mail to a tenant that has to wait the recipient's; 0 for none.
    public var tenant: Int64
    /// 32 hexadecimal digits: the same for each attempt to hand this message over.
    public var deliveryID: String
    /// The user of the tenant who handed it in; nil for mail from elsewhere.
    public var submitter: Int64?
    /// Empty for the null reverse-path.
    public var reversePath: String
    public var recipients: [Recipient]
    /// SMTPUTF8 was asked for (RFC 6531).
    public var usesUTF8: Bool
    /// BODY= (RFC 6152), RET= and ENVID= (RFC 3461).
    public var body: String
    public var ret: String?
    public var envelopeID: String?
    /// Microseconds since 1970; so are all times of this module.
    public var receivedAt: Int64
    public var expiresAt: Int64
    public var bytes: [UInt8]

    public init(
        tenant: Int64, deliveryID: String, reversePath: String, recipients: [Recipient], usesUTF8: Bool = false, body: String = "7BIT",
        ret: String? = nil, envelopeID: String? = nil, receivedAt: Int64, expiresAt: Int64, bytes: [UInt8], submitter: Int64? = nil
    ) {
        self.tenant = tenant
        self.deliveryID = deliveryID
        self.reversePath = reversePath
        self.recipients = recipients
        self.usesUTF8 = usesUTF8
        self.body = body
        self.ret = ret
        self.envelopeID = envelopeID
        self.receivedAt = receivedAt
        self.expiresAt = expiresAt
        self.bytes = bytes
        self.submitter = submitter
    }
}
