/// The number of a message in its mailbox, never used twice there (RFC 9051 §2.3.1.1). 0 is no UID.
public typealias UID = UInt32

/// The state of a mailbox after a change: grows with each change in the mailbox (RFC 7162 §3.1). Fits 63 bits.
public typealias ModSeq = UInt64

/// The system flags that are stored (RFC 9051 §2.3.2), as in the column `messages.flags`.
public struct MessageFlags: OptionSet, Sendable, Hashable, BitwiseCopyable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let answered = MessageFlags(rawValue: 1)
    public static let flagged = MessageFlags(rawValue: 2)
    public static let deleted = MessageFlags(rawValue: 4)
    public static let seen = MessageFlags(rawValue: 8)
    public static let draft = MessageFlags(rawValue: 16)
    public static let all: MessageFlags = [.answered, .flagged, .deleted, .seen, .draft]
}

/// How `Selection.store` changes flags: `FLAGS`, `+FLAGS` and `-FLAGS` of STORE (RFC 9051 §6.4.6).
public enum FlagChange: Sendable, Equatable {
    case replace, add, remove
}
