/// A message with all that is needed to put it back into its mailboxes from the blobs alone.
public struct BlobRecord: Sendable, Equatable {
    public var description: BlobDescription
    /// The message, byte for byte.
    public var bytes: [UInt8]

    public init(description: BlobDescription, bytes: [UInt8]) {
        self.description = description
        self.bytes = bytes
    }
}

/// What a record says about itself, true at the moment of delivery.
public struct BlobDescription: Sendable, Equatable {
    /// A mailbox that the message was delivered to.
    public struct Place: Sendable, Equatable {
        public var user: Int64
        public var mailbox: Int64
        /// 0 when it was not known yet.
        public var uid: UInt32

        public init(user: Int64, mailbox: Int64, uid: UInt32 = 0) {
            self.user = user
            self.mailbox = mailbox
            self.uid = uid
        }
    }

    /// 0 for the relay's queue.
    public var tenant: Int64
    public var deliveryID: [UInt8]
    public var places: [Place]
    /// Seconds since 1970.
    public var internalDate: Int64
    /// As in the column `messages.flags`.
    public var flags: UInt32
    public var keywords: [String]
    public var reversePath: String

    public init(
        tenant: Int64, deliveryID: [UInt8] = [], places: [Place] = [], internalDate: Int64 = 0, flags: UInt32 = 0, keywords: [String] = [],
        reversePath: String = ""
    ) {
        self.tenant = tenant
        self.deliveryID = deliveryID
        self.places = places
        self.internalDate = internalDate
        self.flags = flags
        self.keywords = keywords
        self.reversePath = reversePath
    }
}
