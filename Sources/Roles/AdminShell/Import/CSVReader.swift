/// The records of a CSV text (RFC 4180): fields between commas, in quotes when they hold a comma, a quote (written twice) or a line end.
/// Also between semicolons or tabs, as spreadsheets write them where a comma stands in numbers.
///
/// Lines end with CRLF or LF; a byte order mark at the beginning, a first line `sep=;` and empty lines are passed over.
package struct CSVReader {
    package struct Record: Sendable, Equatable {
        /// Where it begins, from 1 on.
        package let line: Int
        /// nil: the line is wrong, for the reason given.
        package let fields: [String]?
        package var mistake: String?
    }

    private enum Mistake: String, Error {
        case unclosed = "A quote is opened and never closed."
        case afterQuote = "Behind a closing quote stands neither what parts fields nor the line's end."
        case innerQuote = "A quote stands within a field that does not begin with one."
    }

    private let bytes: [UInt8]
    private var place = 0
    private var line = 1
    /// What stands between fields.
    private var separator = UInt8(ascii: ",")

    package init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
        if let named = takeNamedSeparator() { separator = named } else { separator = separatorOfFirstLine }
    }

    /// Of Excel's first line, which names it.
    private mutating func takeNamedSeparator() -> UInt8? {
        let begin = bytes[place...].prefix(4).map { $0 | 0x20 }
        guard begin.elementsEqual("sep=".utf8.map { $0 | 0x20 }), place + 4 < bytes.count else { return nil }
        let (start, named) = (place, bytes[place + 4])
        place += 5
        guard named < 0x80, !Self.isLineEnd(named), takeLineEnd() || place == bytes.count else {
            place = start
            return nil
        }
        return named
    }

    /// A comma, unless the line has none and one of the others: no column's name has any of them.
    private var separatorOfFirstLine: UInt8 {
        let first = bytes[place...].drop(while: Self.isLineEnd).prefix { !Self.isLineEnd($0) }
        let candidates = ",;\t".utf8
        return candidates.first(where: first.contains) ?? UInt8(ascii: ",")
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    /// nil at the end.
    package mutating func next() -> Record? {
        while takeLineEnd() {}
        guard place < bytes.count else { return nil }
        let first = line
        do throws(Mistake) {
            var fields = [try field()]
            while take(separator) { fields.append(try field()) }
            _ = takeLineEnd()
            return Record(line: first, fields: fields)
        } catch {
            while place < bytes.count, !takeLineEnd() { place += 1 }
            return Record(line: first, fields: nil, mistake: error.rawValue)
        }
    }

    private mutating func field() throws(Mistake) -> String {
        guard take(UInt8(ascii: "\"")) else {
            let start = place
            while place < bytes.count, bytes[place] != separator, !isAtLineEnd {
                guard bytes[place] != UInt8(ascii: "\"") else { throw .innerQuote }
                place += 1
            }
            return String(decoding: bytes[start..<place], as: UTF8.self)
        }
        var text: [UInt8] = []
        while place < bytes.count {
            if take(UInt8(ascii: "\"")) {
                guard !take(UInt8(ascii: "\"")) else {
                    text.append(UInt8(ascii: "\""))
                    continue
                }
                guard place == bytes.count || bytes[place] == separator || isAtLineEnd else { throw .afterQuote }
                return String(decoding: text, as: UTF8.self)
            }
            if bytes[place] == UInt8(ascii: "\n") { line += 1 }
            text.append(bytes[place])
            place += 1
        }
        throw .unclosed
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    private var isAtLineEnd: Bool {
        guard place < bytes.count else { return false }
        return bytes[place] == UInt8(ascii: "\n")
            || bytes[place] == UInt8(ascii: "\r") && place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "\n")
    }

    private mutating func takeLineEnd() -> Bool {
        guard isAtLineEnd else { return false }
        place += bytes[place] == UInt8(ascii: "\n") ? 1 : 2
        line += 1
        return true
    }
}
