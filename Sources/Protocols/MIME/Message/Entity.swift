/// A message or a part of one: a header and a body (RFC 2045 §2.4), told by byte ranges of the whole message.
public struct Entity: Sendable, Equatable {
    /// Header and body; the line end before the next boundary is no part of it (RFC 2046 §5.1.1).
    public var range: Range<Int> { headerRange.lowerBound..<bodyRange.upperBound }
    /// The fields and, where there is one, the blank line.
    public internal(set) var headerRange: Range<Int>
    /// The blank line between header and body; empty when the header ends without one.
    public internal(set) var separatorRange: Range<Int>
    public internal(set) var bodyRange: Range<Int>
    public internal(set) var fields: [HeaderField]
    /// As declared, or as its place says when nothing usable is declared (RFC 2045 §5.2, RFC 2046 §5.1.5).
    public internal(set) var contentType: ContentType
    /// Line feeds in the header and in the body.
    public internal(set) var headerLines: Int
    public internal(set) var bodyLines: Int
    /// How the body was read.
    public internal(set) var kind: Kind
    /// The parts of a multipart, or the one message inside a message/rfc822.
    public internal(set) var children: [Entity]

    public enum Kind: Sendable, Equatable {
        /// Not looked into: a simple type, or a compound one that lies too deep or names no boundary.
        case leaf
        case multipart
        /// message/rfc822 or message/global.
        case message
    }

    public var lines: Int { headerLines + bodyLines }
    public var parts: [Entity] { kind == .multipart ? children : [] }
    /// The message inside a message/rfc822 part.
    public var embedded: Entity? { kind == .message ? children.first : nil }
    public var hasSeparator: Bool { !separatorRange.isEmpty }
}
