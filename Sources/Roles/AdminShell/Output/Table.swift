import AdminAPI
import Quantities

/// Rows under headers: aligned for people, or as CSV for programs.
package struct Table: Sendable {
    package enum Cell: Sendable {
        case text(String), number(Int64), size(ByteCount), time(Timestamp?)
        /// A limit; nil is unlimited.
        case sizeLimit(ByteCount?), numberLimit(Int64?)
        /// A text that is good news or bad.
        case styled(String, Style)
    }

    package let headers: [String]
    package let rows: [[Cell]]

    package init(_ headers: [String], _ rows: [[Cell]]) { (self.headers, self.rows) = (headers, rows) }

    /// Columns two spaces apart, numbers and sizes to the right.
    package var aligned: String { aligned(isStyled: false) }

    /// - Parameter isStyled: for a terminal: with headers and verdicts set off.
    package func aligned(isStyled: Bool) -> String {
        var lines = [headers.map { Shown(text: $0.uppercased(), style: .heading) }]
        lines += rows.map { $0.map { Shown(text: $0.shown, style: $0.style) } }
        let right = headers.indices.map { column in rows.contains { column < $0.count && $0[column].isQuantity } }
        let widths = headers.indices.map { column in lines.reduce(0) { max($0, column < $1.count ? $1[column].width : 0) } }
        var page: [UInt8] = []
        for line in lines {
            // Spaces are written when something comes behind them.
            var spaces = 0
            for (column, cell) in line.enumerated() {
                let padding = max(0, widths[column] - cell.width)
                if right[column] { spaces += padding }
                if !cell.text.isEmpty {
                    page.append(contentsOf: repeatElement(UInt8(ascii: " "), count: spaces))
                    page += (isStyled ? cell.style?.applied(to: cell.text) ?? cell.text : cell.text).utf8
                    spaces = 0
                }
                spaces += (right[column] ? 0 : padding) + 2
            }
            while page.last == UInt8(ascii: " ") { page.removeLast() }
            page.append(UInt8(ascii: "\n"))
        }
        return String(decoding: page, as: UTF8.self)
    }

    /// A cell as it is shown, measured once.
    private struct Shown {
        let text: String
        let style: Style?
        let width: Int

        init(text: String, style: Style?) {
            (self.text, self.style) = (text, style)
            width = text.columns
        }
    }

    /// One fact a line: for a single object.
    package var facts: String {
        let width = headers.reduce(0) { max($0, $1.count) }
        return rows.map { row in
            zip(headers, row).map { header, cell in
                (header + ":" + String(repeating: " ", count: width - header.count + 2) + cell.shown).trimmingTrailingSpaces() + "\n"
            }.joined()
        }.joined(separator: "\n")
    }

    /// RFC 4180, with line feeds alone as Unix tools expect; quantities as plain integers, nothing for unlimited. A text that a spreadsheet
    /// would take for a formula has an apostrophe before it, which spreadsheets take for the mark of a text: it may be a stranger's.
    package var csv: String {
        let names = headers.map { Self.csvField($0.replacing(" ", with: "_")) }
        let lines = rows.map { $0.map { Self.csvField(Self.isFormula($0.raw) ? "'" + $0.raw : $0.raw) } }
        return ([names] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    /// Numbers are none.
    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.utf8.first, "=+-@\t\r".utf8.contains(first) else { return false }
        let digits = text.utf8.dropFirst()
        let isNumber = (first == UInt8(ascii: "-") || first == UInt8(ascii: "+")) && !digits.isEmpty
            && digits.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        return !isNumber
    }

    static func csvField(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) || text.utf8.contains(0x0D) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

extension Table.Cell {
    /// For people. Control characters are taken out: a foreign server's reply must not steer the terminal.
    var shown: String {
        switch self {
        case .text(let text), .styled(let text, _): text.withoutControls()
        case .number(let number): "\(number)"
        case .size(let size): "\(size)"
        case .time(let time): time.map(\.spaced) ?? "-"
        case .sizeLimit(let limit): limit.map { "\($0)" } ?? "unlimited"
        case .numberLimit(let limit): limit.map { "\($0)" } ?? "unlimited"
        }
    }

    /// For programs.
    var raw: String {
        switch self {
        case .text(let text), .styled(let text, _): text
        case .number(let number): "\(number)"
        case .size(let size): "\(size.octets)"
        case .time(let time): time.map { "\($0)" } ?? ""
        case .sizeLimit(let limit): limit.map { "\($0.octets)" } ?? ""
        case .numberLimit(let limit): limit.map { "\($0)" } ?? ""
        }
    }

    var style: Style? { if case .styled(_, let style) = self { style } else { nil } }

    var isQuantity: Bool {
        switch self {
        case .text, .styled, .time: false
        case .number, .size, .sizeLimit, .numberLimit: true
        }
    }
}

extension Timestamp {
    /// With a space between day and hour.
    fileprivate var spaced: String {
        String(decoding: description.utf8.map { $0 == UInt8(ascii: "T") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }
}
