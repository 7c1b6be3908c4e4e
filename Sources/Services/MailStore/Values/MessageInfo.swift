/// What is kept in memory of each message of an open mailbox: all that FETCH and SEARCH can ask without reading the message.
public struct MessageInfo: Sendable, Equatable {
    public let uid: UID
    public let modSeq: ModSeq
    public let flags: MessageFlags
    /// Keywords as the client that set them spelled them; compared without regard to ASCII case (RFC 9051 §2.3.2).
    public let keywords: [String]
    /// INTERNALDATE, in seconds since 1970 (UTC).
    public let internalDate: Int64
    /// RFC822.SIZE, in octets.
    public let size: Int64

    public init(uid: UID, modSeq: ModSeq, flags: MessageFlags, keywords: [String], internalDate: Int64, size: Int64) {
        self.uid = uid
        self.modSeq = modSeq
        self.flags = flags
        self.keywords = keywords
        self.internalDate = internalDate
        self.size = size
    }
}

/// A message that a client hands in: APPEND (RFC 9051 §6.3.12), a copy in Sent.
public struct NewMessage: Sendable {
    /// The whole message with CRLF line ends.
    public var bytes: [UInt8]
    public var flags: MessageFlags
    public var keywords: [String]
    /// Seconds since 1970; nil: now.
    public var internalDate: Int64?

    public init(bytes: [UInt8], flags: MessageFlags = [], keywords: [String] = [], internalDate: Int64? = nil) {
        self.bytes = bytes
        self.flags = flags
        self.keywords = keywords
        self.internalDate = internalDate
    }
}

/// Where appended messages went: APPENDUID (RFC 9051 §7.1).
public struct AppendOutcome: Sendable, Equatable {
    public let uidValidity: UInt32
    /// In the order of the messages; ascending.
    public let uids: [UID]

    public init(uidValidity: UInt32, uids: [UID]) {
        self.uidValidity = uidValidity
        self.uids = uids
    }
}

/// Where copied or moved messages went: COPYUID (RFC 9051 §7.1). Empty lists when no message of the set existed.
public struct CopyOutcome: Sendable, Equatable {
    public let uidValidity: UInt32
    /// Ascending; the n-th source became the n-th destination.
    public let source: [UID]
    public let destination: [UID]

    public init(uidValidity: UInt32, source: [UID], destination: [UID]) {
        self.uidValidity = uidValidity
        self.source = source
        self.destination = destination
    }
}

public struct StoreOutcome: Sendable, Equatable {
    /// Messages whose flags are now as asked (also those that were so before): what an untagged FETCH is sent for.
    public let stored: [UID]
    /// Messages left alone because they changed after `unchangedSince`: the MODIFIED response code (RFC 7162 §3.1.3).
    public let modified: [UID]
    /// Messages of the set that exist no more.
    public let expunged: [UID]

    public init(stored: [UID], modified: [UID], expunged: [UID]) {
        self.stored = stored
        self.modified = modified
        self.expunged = expunged
    }
}

/// STATUS (RFC 9051 §6.3.11), and `HIGHESTMODSEQ` (RFC 7162 §3.1.7).
public struct MailboxStatus: Sendable, Equatable {
    public var messages: Int
    public var unseen: Int
    public var deleted: Int
    public var recent: Int
    public var uidNext: UID
    public var uidValidity: UInt32
    public var highestModSeq: ModSeq
    /// Octets of all messages together.
    public var size: Int64
}
