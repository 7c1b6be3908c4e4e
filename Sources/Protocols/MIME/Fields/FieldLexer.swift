/// The lexical tokens of structured fields: RFC 5322 §3.2 with the obsolete forms of §4.1, and RFC 2045 §5.1.
/// Reads an unfolded value. Octets above 127 count as text (RFC 6532 §3.2).
struct FieldLexer {
    let bytes: [UInt8]
    private(set) var position = 0
    /// The text of the last comment that was skipped.
    private(set) var lastComment: [UInt8]?

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func advance() { if position < bytes.count { position += 1 } }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func forgetComment() { lastComment = nil }

    /// Blanks and comments, which may nest.
    mutating func skipBlanks() {
        while let byte = next {
            if byte == UInt8(ascii: "(") {
                comment()
            } else if byte <= ASCII.space {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func comment() {
        var depth = 0
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "("):
                depth += 1
                if depth > 1 { text.append(byte) }
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 {
                    lastComment = HeaderField.unfold(text)
                    return
                }
                text.append(byte)
            case ASCII.backslash:
                if let escaped = next {
                    text.append(escaped)
                    position += 1
                }
            default: text.append(byte)
            }
        }
        lastComment = HeaderField.unfold(text)
    }

    /// The text of a quoted string without its quotes and backslashes; one that is never closed ends with the field.
    mutating func quotedString() -> [UInt8]? {
        guard next == ASCII.quote else { return nil }
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            if byte == ASCII.quote { return text }
            if byte == ASCII.backslash, let escaped = next {
                text.append(escaped)
                position += 1
            } else {
                text.append(byte)
            }
        }
        return text
    }

    /// Octets up to the first that `ends` says; nil when there is none.
    mutating func run(until ends: (UInt8) -> Bool) -> [UInt8]? {
        let start = position
        while let byte = next, !ends(byte) { position += 1 }
        return position > start ? Array(bytes[start..<position]) : nil
    }

    /// `token` of RFC 2045 §5.1.
    mutating func token() -> [UInt8]? { run { $0 <= 32 || $0 == 127 || Self.isTSpecial($0) } }

    /// `atext`s of RFC 5322 §3.2.3, dots not included.
    mutating func atom() -> [UInt8]? { run { $0 <= 32 || $0 == 127 || Self.isSpecial($0) } }

    static func isTSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "@"), UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: "?"), UInt8(ascii: "="):
            true
        default: false
        }
    }

    static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "@"), UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
