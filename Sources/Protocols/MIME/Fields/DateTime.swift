/// A moment with the zone it was written in: the `date-time` of RFC 5322 §3.3.
public struct DateTime: Sendable, Equatable, Hashable {
    public var secondsSince1970: Int64
    /// Minutes east of UTC.
    public var zoneMinutes: Int
    /// `-0000`, or a zone whose meaning is not known (RFC 5322 §4.3): the time is UTC, the place says nothing.
    public var zoneIsUnknown: Bool

    public init(secondsSince1970: Int64, zoneMinutes: Int = 0, zoneIsUnknown: Bool = false) {
        self.secondsSince1970 = secondsSince1970
        self.zoneMinutes = zoneMinutes
        self.zoneIsUnknown = zoneIsUnknown
    }

    /// The day as written, the zone disregarded; what IMAP's SENTON compares (RFC 3501 §6.4.4).
    public var localDate: CivilDate { CivilDate(daysSince1970: Self.floorDivide(localSeconds, 86_400)) }
    /// Seconds since local midnight.
    public var localSecondOfDay: Int { Int(localSeconds - Self.floorDivide(localSeconds, 86_400) * 86_400) }
    private var localSeconds: Int64 { secondsSince1970.addingReportingOverflow(Int64(zoneMinutes) * 60).partialValue }

    /// `Fri, 21 Nov 1997 09:55:06 -0600`.
    public var formatted: [UInt8] {
        let date = localDate, second = localSecondOfDay
        let text =
            "\(CivilDate.weekdayNames[date.weekday]), \(date.day) \(CivilDate.monthNames[date.month - 1]) \(Self.padded(date.year, 4)) "
            + "\(Self.padded(second / 3600, 2)):\(Self.padded(second / 60 % 60, 2)):\(Self.padded(second % 60, 2)) \(formattedZone)"
        return Array(text.utf8)
    }

    /// `+hhmm` or `-hhmm`.
    public var formattedZone: String {
        let minutes = abs(zoneMinutes)
        let sign = zoneMinutes < 0 || zoneIsUnknown ? "-" : "+"
        return sign + Self.padded(minutes / 60 % 100, 2) + Self.padded(minutes % 60, 2)
    }

    static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(max(value, 0))
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-(value + 1)) / divisor) - 1
    }
}

extension DateTime {
    /// Reads a date-time with the obsolete forms of RFC 5322 §4.3: two- and three-digit years, named zones, comments. A
    /// missing zone counts as unknown. Nil when the rest cannot be read.
    public init?(parsing value: [UInt8]) {
        var lexer = FieldLexer(value)
        func word() -> [UInt8]? {
            while true {
                lexer.skipBlanks()
                if lexer.take(",") || lexer.take(".") { continue }
                return lexer.run { !ASCII.isDigit($0) && !ASCII.isLetter($0) && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }
            }
        }
        func colon() -> Bool {
            lexer.skipBlanks()
            return lexer.take(":")
        }
        guard var dayText = word() else { return nil }
        if let first = dayText.first, ASCII.isLetter(first) {
            guard let next = word() else { return nil }
            dayText = next
        }
        guard let day = Self.number(dayText, digits: 1...2), let monthText = word(), let month = Self.month(monthText),
            let yearText = word(), var year = Self.number(yearText, digits: 2...4), let hourText = word(),
            let hour = Self.number(hourText, digits: 1...2), colon(), let minuteText = word(),
            let minute = Self.number(minuteText, digits: 1...2)
        else { return nil }
        var second = 0
        if colon() {
            guard let text = word(), let number = Self.number(text, digits: 1...2) else { return nil }
            second = number
        }
        if yearText.count == 2 { year += year < 50 ? 2000 : 1900 } else if yearText.count == 3 { year += 1900 }  // §4.3
        guard let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60, second <= 60 else { return nil }
        let zone = word().flatMap(Self.zone)
        let local = date.daysSince1970 * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        self.init(
            secondsSince1970: local - Int64(zone?.minutes ?? 0) * 60, zoneMinutes: zone?.minutes ?? 0,
            zoneIsUnknown: zone?.isUnknown ?? true)
    }

    private static func number(_ text: [UInt8], digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.count), text.allSatisfy(ASCII.isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// The first three letters decide.
    private static func month(_ text: [UInt8]) -> Int? {
        guard text.count >= 3 else { return nil }
        return CivilDate.monthNames.firstIndex { ASCII.equal(text.prefix(3), $0) }.map { $0 + 1 }
    }

    private static let namedZones: [(String, Int)] = [
        ("UT", 0), ("GMT", 0), ("UTC", 0), ("EST", -300), ("EDT", -240), ("CST", -360), ("CDT", -300), ("MST", -420), ("MDT", -360),
        ("PST", -480), ("PDT", -420),
    ]

    private static func zone(_ text: [UInt8]) -> (minutes: Int, isUnknown: Bool)? {
        if let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            guard let number = number(Array(text.dropFirst()), digits: 4...4), number % 100 < 60 else { return nil }
            let minutes = number / 100 * 60 + number % 100
            let isNegative = sign == UInt8(ascii: "-")
            return (isNegative ? -minutes : minutes, isNegative && minutes == 0)
        }
        if let named = namedZones.first(where: { ASCII.equal(text, $0.0) }) { return (named.1, false) }
        return nil  // military letters and the rest: as -0000 (§4.3)
    }
}
