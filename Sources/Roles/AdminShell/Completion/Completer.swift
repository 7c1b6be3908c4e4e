import AdminAPI
import ArgumentParser

/// Where live names come from.
package protocol NameSource: Sendable {
    /// Names that begin with the prefix; none when they cannot be had.
    func names(_ kind: NameKind, prefix: String) -> [String]
}

/// Asks the control plane, briefly: the Tab key must never hang.
package struct LiveNameSource: NameSource {
    private let client: AdminClient

    package init(client: AdminClient) { self.client = client }

    package func names(_ kind: NameKind, prefix: String) -> [String] {
        let list = try? client.call(Calls.names, query: ["kind": kind.rawValue, "prefix": prefix])
        return (list?.names ?? []).filter { $0.hasPrefix(prefix) && $0 == $0.withoutControls() }
    }
}

/// What the Tab key offers: commands, options, and names that exist.
package struct Completer: Sendable {
    private let source: any NameSource
    private static let builtIns = ["help", "exit", "use"]

    package init(source: any NameSource) { self.source = source }

    /// What the Tab key does at the prompt.
    /// - Parameters:
    ///   - line: up to the cursor.
    ///   - replaced: its end, in whose place something can be put.
    /// - Returns: what to put there, quoted as `CommandWords` reads it, and what could stand there; nil: nothing.
    package func offer(for line: String, replacing replaced: String) -> (inserted: String, shown: [String])? {
        let parted = PartedLine(line)
        guard !parted.endsInComment else { return nil }
        let shown = candidates(after: parted.words, word: parted.last?.meaning ?? "")
        guard let first = shown.first else { return nil }
        let common = shown.dropFirst().reduce(first) { Self.commonBeginning($0, $1) }
        let inserted = CompletedWord(at: parted, by: .own).completed(as: common, replacing: replaced, isWhole: shown.count == 1)
        return inserted.map { (inserted: $0, shown: shown) }
    }

    private static func commonBeginning(_ left: String, _ right: String) -> String {
        var common = String.UnicodeScalarView()
        common.append(contentsOf: zip(left.unicodeScalars, right.unicodeScalars).prefix { $0 == $1 }.map(\.0))
        return String(common)
    }

    /// - Parameters:
    ///   - line: the words before.
    ///   - word: what is typed of the one to be completed.
    package func candidates(after line: [String], word: String) -> [String] {
        var words = line
        if words.first == "casella" { words.removeFirst() }
        if words == ["use"] { return offered(.live(.tenants), word) }
        let helps = words.first == "help"
        if helps { words.removeFirst() }
        let place = CommandTree.find(words)
        let rest = Array(words.dropFirst(place.path.count))
        let known = CommandTree.names(under: place.command)
        if !known.isEmpty {
            guard rest.isEmpty else { return [] }
            let more = place.path.isEmpty && !helps ? Self.builtIns : []
            return (known + more).filter { $0.hasPrefix(word) }.sorted()
        }
        return helps ? [] : values(for: place.command, after: rest, word: word)
    }

    private func values(for command: any ParsableCommand.Type, after words: [String], word: String) -> [String] {
        let options = CommandTree.options(of: command)
        let names = (command as? any AdminCommand.Type)?.names ?? LiveNames()
        func takesValue(_ option: String) -> Bool { options.contains { $0.name == option && $0.takesValue } }
        if let last = words.last, takesValue(last) {
            let standard: LiveNames.Source? = last == "--format" ? .words(OutputFormat.allCases.map(\.rawValue)) : nil
            return (names.options[last] ?? standard).map { offered($0, word) } ?? []
        }
        if word.hasPrefix("-") {
            return options.map(\.name).filter { $0.hasPrefix(word) && !words.contains($0) }.sorted()
        }
        var position = 0
        var isValue = false
        for earlier in words {
            if isValue { isValue = false } else if earlier.hasPrefix("-") { isValue = takesValue(earlier) } else { position += 1 }
        }
        guard let kind = position < names.arguments.count ? names.arguments[position] : nil else { return [] }
        return offered(kind, word)
    }

    private func offered(_ source: LiveNames.Source, _ word: String) -> [String] {
        switch source {
        case .words(let words): return words.filter { $0.hasPrefix(word) }.sorted()
        case .live(let kind):
            let (earlier, last) = Self.list(word)  // a@b.example,c@…
            return self.source.names(kind, prefix: last.lowercased()).map { earlier + $0 }
        case .lists(let words):
            let (earlier, last) = Self.list(word), taken = earlier.split(separator: ",")
            return words.filter { $0.hasPrefix(last) && !taken.contains(Substring($0)) }.sorted().map { earlier + $0 }
        }
    }

    /// What stands up to the last comma, and what behind it.
    private static func list(_ word: String) -> (earlier: String, last: String) {
        let comma = word.lastIndex(of: ",").map { word.index(after: $0) } ?? word.startIndex
        return (String(word[..<comma]), String(word[comma...]))
    }
}
