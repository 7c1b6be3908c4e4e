/// Where the fields of a message's header lie (RFC 5322 §2.2): enough to add trace fields, to take fields out, and to see what is there.
public struct HeaderScan: Sendable {
    public struct Field: Sendable, Equatable {
        /// In lower case.
        public let name: String
        /// With folded lines and the last line end.
        public let range: Range<Int>
        /// Behind the colon.
        public let valueStart: Int
    }

    public private(set) var fields: [Field] = []
    /// Where the header's last field ends.
    public private(set) var end = 0
    /// A blank line follows, as it should; else the body begins at `end`.
    public private(set) var hasBlankLine = false

    /// Octets of a header that are looked at; what lies behind is taken for body.
    public static let limit = 1 << 20

    public init(_ message: [UInt8]) {
        message.withUnsafeBufferPointer { scan($0) }
    }

    private mutating func scan(_ message: UnsafeBufferPointer<UInt8>) {
        let stop = min(message.count, Self.limit)
        while end < stop {
            let lineEnd = Self.lineEnd(message, from: end)
            // A lone CR is no line end: what follows it would pass unseen here, and be a field to a reader that skips the CR.
            if message[end] == 10 || (message[end] == 13 && lineEnd == end + 2 && message[end + 1] == 10) {
                hasBlankLine = true
                return
            }
            guard let colon = Self.colon(message, in: end..<lineEnd) else { return }
            var fieldEnd = lineEnd
            while fieldEnd < message.count, message[fieldEnd] == 32 || message[fieldEnd] == 9 {
                fieldEnd = Self.lineEnd(message, from: fieldEnd)
            }
            let name = message[end..<colon].prefix { $0 > 32 }
            fields.append(
                Field(name: String(decoding: name.map(\.asciiLowercased), as: UTF8.self), range: end..<fieldEnd, valueStart: colon + 1))
            end = fieldEnd
        }
    }

    /// The colon behind a field's name: printable ASCII, and blanks before the colon as of old (RFC 5322 §4.5).
    private static func colon(_ message: UnsafeBufferPointer<UInt8>, in line: Range<Int>) -> Int? {
        var position = line.lowerBound
        while position < line.upperBound, (33...126).contains(message[position]), message[position] != UInt8(ascii: ":") { position += 1 }
        guard position > line.lowerBound else { return nil }
        while position < line.upperBound, message[position] == 32 || message[position] == 9 { position += 1 }
        return position < line.upperBound && message[position] == UInt8(ascii: ":") ? position : nil
    }

    private static func lineEnd(_ message: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        while position < message.count, message[position] != 10 { position += 1 }
        return min(position + 1, message.count)
    }

    public func fields(named name: String) -> [Field] { fields.filter { $0.name == name } }

    /// A field's value, with folding undone and blanks at both ends gone.
    public func value(of field: Field, in message: [UInt8]) -> [UInt8] {
        let value = message[field.valueStart..<field.range.upperBound].filter { $0 != 13 && $0 != 10 }
        let start = value.firstIndex { $0 != 32 && $0 != 9 } ?? value.endIndex
        let end = value.lastIndex { $0 != 32 && $0 != 9 }.map { $0 + 1 } ?? value.endIndex
        return Array(value[start..<max(start, end)])
    }
}
