/// The records of a CSV text (RFC 4180): fields between commas, in quotes when they hold a comma, a quote (written twice) or a line end.
///
/// Lines end with CRLF or LF; a byte order mark at the beginning and empty lines are passed over.
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
        case afterQuote = "Behind a closing quote stands neither a comma nor the line's end."
        case innerQuote = "A quote stands within a field that does not begin with one."
    }

    private let bytes: [UInt8]
    private var place = 0
    private var line = 1

    package init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    }

    /// nil at the end.
    package mutating func next() -> Record? {
        while takeLineEnd() {}
        guard place < bytes.count else { return nil }
        let first = line
        do throws(Mistake) {
            var fields = [try field()]
            while take(UInt8(ascii: ",")) { fields.append(try field()) }
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
            while place < bytes.count, bytes[place] != UInt8(ascii: ","), !isAtLineEnd {
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
                guard place == bytes.count || bytes[place] == UInt8(ascii: ",") || isAtLineEnd else { throw .afterQuote }
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
