import FoundationEssentials

/// What a command has to say, ready for each format.
package struct Report: Sendable {
    package enum Layout: Sendable {
        /// A list under headers, or the sentence when it is empty.
        case list(ifEmpty: String)
        /// One object, a fact a line.
        case facts
        /// A sentence is enough for people.
        case sentence(String)
        /// A page, laid out already.
        case text(String)
        /// What programs read, such as a script: nothing is added to it.
        case verbatim(String)
        /// It was shown as it happened.
        case silent
    }

    /// For `--format json`.
    package let value: any Encodable & Sendable
    package let table: Table
    package let layout: Layout
    /// Sentences below the table, for people.
    package let notes: [String]
    /// Not 0 when what was asked for was done, and the answer is bad news.
    package let exitStatus: Int32

    package init(
        _ value: any Encodable & Sendable, _ table: Table, _ layout: Layout, notes: [String] = [], exitStatus: Int32 = 0
    ) {
        (self.value, self.table, self.layout, self.notes, self.exitStatus) = (value, table, layout, notes, exitStatus)
    }

    /// The same of what was only tried.
    package var rehearsed: Report {
        if case .verbatim = layout { return self }
        let layout: Layout =
            if case .sentence(let sentence) = layout { .sentence("Dry run, nothing was done: \(sentence)") } else { layout }
        let note = if case .sentence = layout { [String]() } else { ["Dry run: nothing was changed."] }
        return Report(value, table, layout, notes: notes + note, exitStatus: exitStatus)
    }

    /// - Parameter isStyled: for a terminal.
    package func text(in format: OutputFormat, isStyled: Bool = false) throws -> String {
        switch format {
        case .csv: return table.csv
        case .json: return try JSONText.encode(value)
        case .table:
            let below = notes.map { $0.withoutControls() + "\n" }.joined()
            switch layout {
            case .list(let sentence): return (table.rows.isEmpty ? sentence + "\n" : table.aligned(isStyled: isStyled)) + below
            case .facts: return table.facts + below
            case .sentence(let sentence):
                let lines = sentence.split(separator: "\n", omittingEmptySubsequences: false).map { $0.withoutControls() }
                return lines.joined(separator: "\n") + "\n" + below
            case .verbatim(let text): return text + "\n" + below
            case .text(let text): return text + "\n" + below
            case .silent: return below
            }
        }
    }
}

package enum OutputFormat: String, Sendable, CaseIterable { case table, json, csv }

package enum JSONText {
    /// Indented, keys in order, with a final line end.
    package static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
