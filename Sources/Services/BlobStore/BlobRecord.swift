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

/// What a record says about itself, true at the moment of delivery: all that its rows in the database are made of.
public struct BlobDescription: Sendable, Equatable {
    /// A mailbox that the message was delivered to.
    public struct Place: Sendable, Equatable {
        public var user: Int64
        public var mailbox: Int64
        public var uid: UInt32
        public var modSeq: UInt64
        /// As in the column `messages.flags`.
        public var flags: UInt32
        public var keywords: [String]

        public init(user: Int64, mailbox: Int64, uid: UInt32, modSeq: UInt64, flags: UInt32 = 0, keywords: [String] = []) {
            self.user = user
            self.mailbox = mailbox
            self.uid = uid
            self.modSeq = modSeq
            self.flags = flags
            self.keywords = keywords
        }
    }

    /// 0 for the relay's queue.
    public var tenant: Int64
    /// Empty when the message was no delivery but handed in by its owner.
    public var deliveryID: [UInt8]
    public var places: [Place]
    /// Seconds since 1970.
    public var internalDate: Int64
    public var reversePath: String
    /// How many records behind this one belong to the same change: they count together or not at all.
    public var following: Int

    public init(
        tenant: Int64, deliveryID: [UInt8] = [], places: [Place] = [], internalDate: Int64 = 0, reversePath: String = "", following: Int = 0
    ) {
        self.tenant = tenant
        self.deliveryID = deliveryID
        self.places = places
        self.internalDate = internalDate
        self.reversePath = reversePath
        self.following = following
    }
}
