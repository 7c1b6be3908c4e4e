import AdminAPI
import ArgumentParser

/// Where live names come from.
package protocol NameSource: Sendable {
    /// Names that begin with the prefix; none when they cannot be had.
    func names(_ kind: NameKind, prefix: String) -> [String]
    /// The same of those of one domain or user.
    func names(_ kind: NameKind, of owner: String, prefix: String) -> [String]
}

/// Asks the control plane, briefly: the Tab key must never hang.
package struct LiveNameSource: NameSource {
    private let client: AdminClient

    package init(client: AdminClient) { self.client = client }

    package func names(_ kind: NameKind, prefix: String) -> [String] { names(kind, nil, prefix) }

    package func names(_ kind: NameKind, of owner: String, prefix: String) -> [String] { names(kind, owner, prefix) }

    private func names(_ kind: NameKind, _ owner: String?, _ prefix: String) -> [String] {
        let list = try? client.call(Calls.names, query: ["kind": kind.rawValue, "prefix": prefix, "of": owner])
        return (list?.names ?? []).filter { $0.lowercased().hasPrefix(prefix) && $0 == $0.withoutControls() }
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
        if words == ["use"] { return offered(.live(.tenants), word, at: LinePlace(after: words)) }
        let helps = words.first == "help"
        if helps { words.removeFirst() }
        let place = LinePlace(after: words)
        let names = (place.command as? any AdminCommand.Type)?.names ?? LiveNames()
        switch place.expected {
        case .command:
            let more = place.path.isEmpty && place.options.isEmpty && !helps ? Self.builtIns : []
            return (CommandTree.names(under: place.command) + more).filter { $0.hasPrefix(word) }.sorted()
        case .nothing: return []
        case .value, .argument:
            if helps { return [] }
        }
        if case .value(let option) = place.expected {
            return values(of: option, names, word, at: place)
        }
        // An option's value may stand behind `=`.
        if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
            let option = String(word[..<equals]), value = String(word[word.index(after: equals)...])
            let takesValue = CommandTree.options(of: place.command).contains { $0.name == option && $0.takesValue }
            guard takesValue || GlobalArguments.withValues.contains(option) else { return [] }
            return values(of: option, names, value, at: place).map { "\(option)=\($0)" }
        }
        if word.hasPrefix("-") {
            let options = CommandTree.options(of: place.command).map(\.name)
            return options.filter { $0.hasPrefix(word) && !place.options.contains($0) }.sorted()
        }
        guard case .argument(let number) = place.expected, number < names.arguments.count else { return [] }
        return offered(names.arguments[number], word, at: place)
    }

    private func values(of option: String, _ names: LiveNames, _ word: String, at place: LinePlace) -> [String] {
        let standard: LiveNames.Source? = option == "--format" ? .words(OutputFormat.allCases.map(\.rawValue)) : nil
        return (names.options[option] ?? standard).map { offered($0, word, at: place) } ?? []
    }

    private func offered(_ source: LiveNames.Source, _ word: String, at place: LinePlace) -> [String] {
        switch source {
        case .words(let words): return words.filter { $0.hasPrefix(word) }.sorted()
        case .live(let kind):
            let (earlier, last) = Self.list(word)  // a@b.example,c@…
            return self.source.names(kind, prefix: last.lowercased()).map { earlier + $0 }
        case .lists(let words):
            let (earlier, last) = Self.list(word), taken = earlier.split(separator: ",")
            return words.filter { $0.hasPrefix(last) && !taken.contains(Substring($0)) }.sorted().map { earlier + $0 }
        case .within(let kind):
            return place.arguments.first.map { self.source.names(kind, of: $0, prefix: word.lowercased()) } ?? []
        case .newAddress:
            guard let at = word.lastIndex(of: "@") else { return [] }
            let domain = word[word.index(after: at)...].lowercased()
            return self.source.names(.domains, prefix: domain).map { word[...at] + $0 }
        }
    }

    /// What stands up to the last comma, and what behind it.
    private static func list(_ word: String) -> (earlier: String, last: String) {
        let comma = word.lastIndex(of: ",").map { word.index(after: $0) } ?? word.startIndex
        return (String(word[..<comma]), String(word[comma...]))
    }
}
