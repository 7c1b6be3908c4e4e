/// Reads one line's octets from left to right. Nothing here traps, whatever the octets are.
struct ByteScanner {
    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position >= bytes.endIndex }
    var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }
    var rest: ArraySlice<UInt8> { bytes[position...] }

    /// What was read since `start`, an earlier `position`.
    func read(from start: Int) -> ArraySlice<UInt8> { bytes[start..<position] }

    mutating func take() -> UInt8? {
        guard position < bytes.endIndex else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    mutating func take(while belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.endIndex, belongs(bytes[position]) { position += 1 }
        return bytes[start..<position]
    }

    /// Steps over `text` if it comes next, compared without regard to ASCII case.
    mutating func skip(text: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes.endIndex - position >= wanted.count else { return false }
        for (offset, byte) in wanted.enumerated() where bytes[position + offset].asciiUppercased != byte.asciiUppercased { return false }
        position += wanted.count
        return true
    }
}

extension UInt8 {
    var asciiUppercased: UInt8 { (97...122).contains(self) ? self - 32 : self }
    var asciiLowercased: UInt8 { (65...90).contains(self) ? self + 32 : self }
    var isASCIILetter: Bool { (65...90).contains(asciiUppercased) }
    var isASCIIDigit: Bool { (48...57).contains(self) }
    var isASCIILetterOrDigit: Bool { isASCIILetter || isASCIIDigit }
    var isHexDigit: Bool { isASCIIDigit || (65...70).contains(asciiUppercased) }
    var hexValue: UInt8? { isASCIIDigit ? self - 48 : isHexDigit ? asciiUppercased - 55 : nil }

    /// `atext` of RFC 5322 §3.2.3; octets of UTF-8 sequences too, which RFC 6531 §3.3 adds to it.
    var isAtomText: Bool {
        if isASCIILetterOrDigit || self >= 0x80 { return true }
        switch self {
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "?"),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"),
            UInt8(ascii: "~"):
            return true
        default: return false
        }
    }
}

extension String {
    /// Lower case for A to Z only, so a name compares as the DNS compares it.
    var asciiLowercased: String { String(decoding: utf8.map(\.asciiLowercased), as: UTF8.self) }
    var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}

/// The decimal number that `digits` are; nil when there are none, more than `limit`, or others among them.
/// What does not fit is read as `Int64.max`.
func decimal(_ digits: some Collection<UInt8>, limit: Int = 20) -> Int64? {
    guard !digits.isEmpty, digits.count <= limit, digits.allSatisfy(\.isASCIIDigit) else { return nil }
    var value: Int64 = 0
    for digit in digits {
        let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
        let (sum, exceeded) = product.addingReportingOverflow(Int64(digit - 48))
        if overflowed || exceeded { return .max }
        value = sum
    }
    return value
}
