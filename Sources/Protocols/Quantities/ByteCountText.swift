// How people write a size, and how it is shown to them.

extension ByteCount: LosslessStringConvertible {
    /// Reads `500MB`, `10 GB`, `1.5GiB`, or a plain number of octets; nil for anything else, for fractions of an octet that a unit
    /// cannot hide (`1.5` alone), and for what does not fit. `unlimited` is not a size.
    public init?(_ text: String) {
        var rest = text.utf8.drop(while: Self.isSpace)
        while let last = rest.last, Self.isSpace(last) { rest = rest.dropLast() }
        guard let number = DecimalNumber(consuming: &rest) else { return nil }
        rest = rest.drop(while: Self.isSpace)
        guard rest.count <= 6, let unit = ByteUnit(lowercased: String(Substring(rest)).lowercased()) else { return nil }
        guard let octets = number.times(unit.octets) else { return nil }
        self.init(octets)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// The size with a unit: exact when at most two decimals of a decimal unit, or else of a binary one, say all of it
    /// (`10 GB`, `1.5 GiB`); rounded to one decimal otherwise (`123.5 MB`).
    public var description: String {
        guard octets >= 0 else { return octets == .min ? "\(octets) B" : "-\(ByteCount(-octets))" }
        for units in [ByteUnit.decimal, ByteUnit.binary] {
            guard let unit = units.first(where: { $0.octets <= octets }) else { continue }
            if let exact = exactText(in: unit) { return exact }
        }
        guard let unit = ByteUnit.decimal.first(where: { $0.octets <= octets }) else { return "\(octets) B" }
        return roundedText(in: unit)
    }

    private func exactText(in unit: ByteUnit) -> String? {
        let (whole, remainder) = octets.quotientAndRemainder(dividingBy: unit.octets)
        let (hundredths, left) = (remainder * 100).quotientAndRemainder(dividingBy: unit.octets)  // at most 100 PiB: fits
        guard left == 0 else { return nil }
        if hundredths == 0 { return "\(whole) \(unit.rawValue)" }
        let digits = hundredths % 10 == 0 ? "\(hundredths / 10)" : (hundredths < 10 ? "0\(hundredths)" : "\(hundredths)")
        return "\(whole).\(digits) \(unit.rawValue)"
    }

    private func roundedText(in unit: ByteUnit) -> String {
        var unit = unit
        var (whole, remainder) = octets.quotientAndRemainder(dividingBy: unit.octets)
        var tenths = (remainder * 10 + unit.octets / 2) / unit.octets
        if tenths == 10 { (whole, tenths) = (whole + 1, 0) }
        if whole == 1000, let larger = ByteUnit.decimal.last(where: { $0.octets > unit.octets }) { (whole, unit) = (1, larger) }
        return tenths == 0 ? "\(whole) \(unit.rawValue)" : "\(whole).\(tenths) \(unit.rawValue)"
    }
}

/// Digits with an optional fraction, kept as integers so that no rounding of floating point creeps in.
private struct DecimalNumber {
    var whole: Int64 = 0
    var fraction: Int64 = 0
    /// 10 to the number of digits in `fraction`.
    var scale: Int64 = 1

    init?(consuming bytes: inout Substring.UTF8View.SubSequence) {
        var digits = 0
        while let digit = Self.digit(bytes.first) {
            let (tens, overflow) = whole.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            whole = sum
            digits += 1
            bytes = bytes.dropFirst()
        }
        guard digits > 0 else { return nil }
        guard bytes.first == UInt8(ascii: ".") else { return }
        bytes = bytes.dropFirst()
        guard Self.digit(bytes.first) != nil else { return nil }
        while let digit = Self.digit(bytes.first) {
            guard scale < 1_000_000_000 else { return nil }  // nine decimals are more than anybody means
            fraction = fraction * 10 + digit
            scale *= 10
            bytes = bytes.dropFirst()
        }
    }

    private static func digit(_ byte: UInt8?) -> Int64? {
        guard let byte, byte >= 0x30, byte <= 0x39 else { return nil }
        return Int64(byte - 0x30)
    }

    /// The product, rounded down to whole octets; nil when it does not fit, or when a fraction has no unit to divide.
    func times(_ unit: Int64) -> Int64? {
        if unit == 1, fraction != 0 { return nil }
        let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
        let part = scale.dividingFullWidth(fraction.multipliedFullWidth(by: unit)).quotient  // fraction < scale, so the quotient is < unit
        let (sum, carry) = product.addingReportingOverflow(part)
        return overflow || carry ? nil : sum
    }
}
