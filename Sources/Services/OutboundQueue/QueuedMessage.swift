import BlobStore
import Postgres

/// A message in the queue, without its bytes.
public struct QueuedMessage: Sendable, Equatable {
    public var tenant: Int64
    public var queueID: Int64
    public var deliveryID: String
    public var reversePath: String
    public var blob: BlobReference
    public var size: Int64
    public var usesUTF8: Bool
    public var body: String
    public var ret: String?
    public var envelopeID: String?
    public var receivedAt: Int64
    public var expiresAt: Int64
    /// The user of the tenant who handed it in.
    public var submitter: Int64?

    public init(
        tenant: Int64, queueID: Int64, deliveryID: String, reversePath: String, blob: BlobReference, size: Int64, usesUTF8: Bool = false,
        body: String = "7BIT", ret: String? = nil, envelopeID: String? = nil, receivedAt: Int64, expiresAt: Int64, submitter: Int64? = nil
    ) {
        self.tenant = tenant
        self.queueID = queueID
        self.deliveryID = deliveryID
        self.reversePath = reversePath
        self.blob = blob
        self.size = size
        self.usesUTF8 = usesUTF8
        self.body = body
        self.ret = ret
        self.envelopeID = envelopeID
        self.receivedAt = receivedAt
        self.expiresAt = expiresAt
        self.submitter = submitter
    }
}

/// A recipient that was not reached yet.
public struct QueuedRecipient: Sendable, Equatable {
    public var id: Int32
    public var address: String
    /// How often it was tried.
    public var attempts: Int32
    public var notify: String?
    public var originalRecipient: String?

    public init(id: Int32, address: String, attempts: Int32 = 0, notify: String? = nil, originalRecipient: String? = nil) {
        self.id = id
        self.address = address
        self.attempts = attempts
        self.notify = notify
        self.originalRecipient = originalRecipient
    }

    /// What follows the last `@`, with the letters of ASCII in lower case. (With others in lower case it may be another domain.)
    public var domain: String {
        let octets = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).last ?? address.utf8[...]
        return String(decoding: octets.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }
}

/// A message with those of its recipients whose time has come.
public struct DueMessage: Sendable, Equatable {
    public var message: QueuedMessage
    public var recipients: [QueuedRecipient]

    public init(message: QueuedMessage, recipients: [QueuedRecipient]) {
        self.message = message
        self.recipients = recipients
    }

    public var keys: [RecipientKey] { recipients.map { RecipientKey(queueID: message.queueID, recipient: $0.id) } }
}

/// Names one recipient of one message.
public struct RecipientKey: Sendable, Hashable {
    public var queueID: Int64
    public var recipient: Int32

    public init(queueID: Int64, recipient: Int32) {
        self.queueID = queueID
        self.recipient = recipient
    }
}

extension QueuedMessage {
    static let columns = """
        m.tenant_id, m.queue_id, m.delivery_id, m.reverse_path, m.blob_segment, m.blob_offset, m.blob_length, m.size, m.utf8, m.body, \
        m.ret, m.envid, m.received_at, m.expires_at, m.submitter
        """
    static let columnCount = 15

    init(_ row: PostgresRow) throws(PostgresError) {
        tenant = try row.int8(0)
        queueID = try row.int8(1)
        deliveryID = try row.text(2)
        reversePath = try row.text(3)
        blob = BlobReference(segment: try row.int8(4), offset: try row.int8(5), length: try row.int8(6))
        size = try row.int8(7)
        usesUTF8 = try row.bool(8)
        body = try row.text(9)
        ret = try row.optionalText(10)
        envelopeID = try row.optionalText(11)
        receivedAt = try row.timestamp(12)
        expiresAt = try row.timestamp(13)
        submitter = try row.optionalInt8(14)
    }
}
