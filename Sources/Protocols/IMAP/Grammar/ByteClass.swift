/// The character classes of RFC 3501 §9, as questions to one octet.
enum ByteClass {
    static let space = UInt8(ascii: " "), carriageReturn: UInt8 = 13, lineFeed: UInt8 = 10, quote = UInt8(ascii: "\""),
        backslash = UInt8(ascii: "\\")

    /// `ATOM-CHAR`: any CHAR except atom-specials. Octets from 0x80 on are none.
    @inline(__always) static func isAtom(_ byte: UInt8) -> Bool {
        guard byte > 0x20, byte < 0x7F else { return false }
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "*"), quote, backslash,
            UInt8(ascii: "]"):
            return false
        default: return true
        }
    }
    /// `ASTRING-CHAR`: an atom's characters and `]`.
    @inline(__always) static func isAString(_ byte: UInt8) -> Bool { isAtom(byte) || byte == UInt8(ascii: "]") }
    /// `tag`: ASTRING-CHAR except `+`.
    @inline(__always) static func isTag(_ byte: UInt8) -> Bool { isAString(byte) && byte != UInt8(ascii: "+") }
    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    @inline(__always) static func upper(_ byte: UInt8) -> UInt8 { byte >= 0x61 && byte <= 0x7A ? byte & 0xDF : byte }
}

extension Collection<UInt8> {
    /// Compares ASCII letters without regard to case, everything else exactly.
    func equalsIgnoringCase(_ other: StaticString) -> Bool {
        other.withUTF8Buffer { buffer in
            guard count == buffer.count else { return false }
            return zip(self, buffer).allSatisfy { ByteClass.upper($0) == ByteClass.upper($1) }
        }
    }
    /// As upper-case text; octets that are not ASCII become `?`.
    var upperText: String { String(decoding: map { $0 < 0x80 ? ByteClass.upper($0) : UInt8(ascii: "?") }, as: UTF8.self) }
}
