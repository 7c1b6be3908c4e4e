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
        let texts = rows.map { $0.map(\.shown) }
        let right = headers.indices.map { column in rows.contains { column < $0.count && $0[column].isQuantity } }
        let widths = headers.indices.map { column in
            texts.reduce(headers[column].count) { max($0, column < $1.count ? $1[column].count : 0) }
        }
        let styles: [[Style?]] = [headers.map { _ in Style.heading }] + rows.map { $0.map(\.style) }
        return zip([headers.map { $0.uppercased() }] + texts, styles).map { row, styles -> String in
            let cells = row.enumerated().map { column, text -> String in
                // Nothing but spaces comes behind the last cell, and they are left out.
                let isLast = column == row.count - 1
                let padding = String(repeating: " ", count: isLast && !right[column] ? 0 : max(0, widths[column] - text.count))
                let shown = isStyled ? styles[column]?.applied(to: text) ?? text : text
                return right[column] ? padding + shown : shown + padding
            }
            return cells.joined(separator: "  ").trimmingTrailingSpaces() + "\n"
        }.joined()
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

    /// RFC 4180, with line feeds alone as Unix tools expect; quantities as plain integers, nothing for unlimited.
    package var csv: String {
        let names = headers.map { Self.csvField($0.replacing(" ", with: "_")) }
        return ([names] + rows.map { $0.map { Self.csvField($0.raw) } }).map { $0.joined(separator: ",") + "\n" }.joined()
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
        case .time(let time): time.map { $0.description.replacing("T", with: " ") } ?? "-"
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
