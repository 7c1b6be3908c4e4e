/// `class.subject.detail` (RFC 3463 §2, RFC 2034).
public struct EnhancedStatus: Sendable, Hashable, CustomStringConvertible {
    public let category: Int, subject: Int, detail: Int

    public init(_ category: Int, _ subject: Int, _ detail: Int) {
        self.category = category
        self.subject = subject
        self.detail = detail
    }

    /// Reads a code that is the whole of the octets: class 2, 4 or 5, and numbers of one to three digits.
    public init?(parsing text: ArraySlice<UInt8>) {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let category = decimal(parts[0], limit: 1), [2, 4, 5].contains(category),
            let subject = decimal(parts[1], limit: 3), let detail = decimal(parts[2], limit: 3)
        else { return nil }
        self.init(Int(category), Int(subject), Int(detail))
    }

    public var description: String { "\(category).\(subject).\(detail)" }
}

extension EnhancedStatus: ExpressibleByStringLiteral {
    /// For codes written in the source; what is none becomes 5.0.0.
    public init(stringLiteral text: StaticString) {
        let bytes = Array(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        self = EnhancedStatus(parsing: bytes[...]) ?? EnhancedStatus(5, 0, 0)
    }
}
