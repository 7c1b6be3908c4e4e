/// How far a message is looked into. What lies beyond is not lost: it stays in the ranges around it, only undivided.
public struct MessageLimits: Sendable, Equatable {
    /// Entities inside each other; a part at this depth is a leaf.
    public var depth = 100
    /// Parts of the whole message.
    public var parts = 10_000
    /// Fields of one header, and of all headers together.
    public var fields = 10_000
    public var allFields = 100_000
    /// Octets of a boundary; the RFC allows 70 (RFC 2046 §5.1.1).
    public var boundary = 1_000
    /// Octets of a Content-Type field that is still read.
    public var structuredField = 100_000

    public init() {}
}
