/// When a message arrived: `"17-Jul-1996 02:44:25 -0700"` (RFC 3501 §2.3.3 and §9, date-time). Kept as a moment; shown in Universal Time.
public struct InternalDate: Sendable, Equatable {
    public let secondsSince1970: Int64
    public init(secondsSince1970: Int64) { self.secondsSince1970 = secondsSince1970 }

    public var day: CalendarDate {
        CalendarDate(daysSince1970: secondsSince1970 >= 0 ? secondsSince1970 / 86_400 : (secondsSince1970 + 1) / 86_400 - 1)
    }

    /// The quoted form.
    public var text: String {
        let (year, month, date) = day.components
        let second = Int((secondsSince1970 % 86_400 + 86_400) % 86_400)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let years = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
        let name = CalendarDate.monthNames[max(0, min(11, month - 1))]
        return
            "\"\(date < 10 ? " " : "")\(date)-\(name)-\(years) \(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) +0000\""
    }
}

extension Parser {
    /// `date-time`.
    mutating func dateTime() throws(SyntaxError) -> InternalDate {
        try expect("\"")
        let padded = take(ByteClass.space)
        let date = try dateText(dayWidth: padded ? 1...1 : 1...2)
        try space()
        let hour = try fixedNumber(2...2)
        try expect(":")
        let minute = try fixedNumber(2...2)
        try expect(":")
        let second = try fixedNumber(2...2)
        try space()
        let isWest = next == UInt8(ascii: "-")
        guard take(UInt8(ascii: "-")) || take(UInt8(ascii: "+")) else { throw .expected("a time zone") }
        let zone = try fixedNumber(4...4)
        try expect("\"")
        guard hour < 24, minute < 60, second <= 60, zone % 100 < 60 else { throw .expected("a time") }
        let offset = Int64(zone / 100 * 3600 + zone % 100 * 60)
        let local = date.daysSince1970 * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        return InternalDate(secondsSince1970: isWest ? local + offset : local - offset)
    }
}
