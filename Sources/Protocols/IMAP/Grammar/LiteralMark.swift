/// `{n}` or `{n+}` at the end of a line: a literal follows (RFC 3501 §4.3; the plus: RFC 7888 §3).
struct LiteralMark: Equatable {
    let octets: UInt64
    let synchronizes: Bool
    /// Octets that the mark itself takes.
    let length: Int
    /// `{`, twenty digits, `+`, `}`.
    static let longest = 23

    /// Nil when the line does not end with a mark.
    init?(endOf line: [UInt8]) {
        var index = line.count - 1
        guard index >= 2, line[index] == UInt8(ascii: "}") else { return nil }
        index -= 1
        synchronizes = line[index] != UInt8(ascii: "+")
        if !synchronizes { index -= 1 }
        let lastDigit = index
        while index >= 0, ByteClass.isDigit(line[index]), lastDigit - index < 20 { index -= 1 }
        guard index >= 0, index < lastDigit, line[index] == UInt8(ascii: "{") else { return nil }
        var value: UInt64 = 0
        for digit in line[(index + 1)...lastDigit] {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit - 0x30))
            value = overflow || carry ? .max : sum
            if value == .max { break }
        }
        octets = value
        length = line.count - index
    }
}
