/// A name that cannot exist without being well formed: whoever holds one need not check it again.
///
/// In JSON it is its text. Decoding something malformed throws the `AdminError` that says what was wrong.
public protocol ValidatedText: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// - Throws: `AdminError` of kind `invalid`, which says which rule was broken and what a right one looks like.
    init(_ text: String) throws(AdminError)
    /// The canonical form.
    var text: String { get }
}

extension ValidatedText {
    public var description: String { text }

    /// By octets, as PostgreSQL orders them.
    public static func < (left: Self, right: Self) -> Bool { left.text.isSpelled(before: right.text) }

    public init(from decoder: any Decoder) throws {
        try self.init(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Quotes what somebody typed so that it can stand in a message: control characters out, long text shortened.
func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(80).map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : String($0) }.joined()
    return text.unicodeScalars.count > 80 ? "\"\(shown)…\"" : "\"\(shown)\""
}

extension UInt8 {
    var isLowercaseLetterOrDigit: Bool { (0x61...0x7A).contains(self) || (0x30...0x39).contains(self) }
}
