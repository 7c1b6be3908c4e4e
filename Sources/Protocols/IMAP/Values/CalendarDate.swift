/// A day, as SEARCH compares them: `1-Feb-1994` (RFC 3501 §9, date).
public struct CalendarDate: Sendable, Equatable, Comparable {
    public let daysSince1970: Int64
    public init(daysSince1970: Int64) { self.daysSince1970 = daysSince1970 }
    public static func < (first: Self, second: Self) -> Bool { first.daysSince1970 < second.daysSince1970 }

    static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Nil for a day that no calendar has.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= CalendarDate.days(in: month, of: year) else {
            return nil
        }
        // Days of the proleptic Gregorian calendar, counted in years that start in March.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400, yearOfEra = shifted % 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        daysSince1970 = Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    var components: (year: Int, month: Int, day: Int) {
        let shifted = Int(max(-719_162, min(daysSince1970, 2_932_896))) + 719_468  // 1-Jan-0001 to 31-Dec-9999
        let era = shifted / 146_097, dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

extension Parser {
    /// `date`, quoted or not.
    mutating func date() throws(SyntaxError) -> CalendarDate {
        let isQuoted = take(ByteClass.quote)
        let date = try dateText(dayWidth: 1...2)
        if isQuoted { try expect("\"") }
        return date
    }

    mutating func dateText(dayWidth: ClosedRange<Int>) throws(SyntaxError) -> CalendarDate {
        let day = try fixedNumber(dayWidth)
        try expect("-")
        let name = takeWhile { $0 != UInt8(ascii: "-") && ByteClass.isAtom($0) }.upperText
        guard let month = CalendarDate.monthNames.firstIndex(where: { $0.uppercased() == name }) else { throw .expected("a month") }
        try expect("-")
        let year = try fixedNumber(4...4)
        guard let date = CalendarDate(year: year, month: month + 1, day: day) else { throw .expected("a date") }
        return date
    }

    mutating func fixedNumber(_ width: ClosedRange<Int>) throws(SyntaxError) -> Int {
        let digits = takeWhile(ByteClass.isDigit)
        guard width.contains(digits.count) else { throw .expected("a date or time") }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
