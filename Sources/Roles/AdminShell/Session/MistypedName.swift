import AdminAPI

/// Names on a line that the platform does not have, and those that may have been meant: among names that exist, and that the asker may see.
package struct MistypedName {
    private let source: any NameSource

    package init(source: any NameSource) { self.source = source }

    /// - Parameter words: of a command that found something missing.
    /// - Returns: a question; nil: no name there is nearly another one.
    package func hint(for words: [String]) -> String? {
        for (index, word) in words.enumerated() {
            let place = LinePlace(after: Array(words[..<index]))
            guard let names = (place.command as? any AdminCommand.Type)?.names else { continue }
            var source: LiveNames.Source?, name = word
            if case .value(let option) = place.expected {
                source = names.options[option]
            } else if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
                source = names.options[String(word[..<equals])]
                name = String(word[word.index(after: equals)...])
            } else if case .argument(let number) = place.expected, !word.hasPrefix("-"), number < names.arguments.count {
                source = names.arguments[number]
            }
            if let source, let meant = meant(by: name.lowercased(), source, place) { return "Did you mean \"\(meant)\"?" }
        }
        return nil
    }

    private func meant(by text: String, _ source: LiveNames.Source, _ place: LinePlace) -> String? {
        switch source {
        case .words, .lists: return nil
        case .live(let kind):
            for name in text.split(separator: ",") {
                if let found = nearest(to: String(name), { self.source.names(kind, prefix: $0) }) { return found }
            }
            return nil
        case .within(let kind):
            return place.arguments.first.flatMap { owner in nearest(to: text) { self.source.names(kind, of: owner, prefix: $0) } }
        case .newAddress:
            // Its domain has to be there.
            guard let at = text.lastIndex(of: "@") else { return nil }
            let domain = String(text[text.index(after: at)...])
            return nearest(to: domain) { self.source.names(.domains, prefix: $0) }.map { "\(text[...at])\($0)" }
        }
    }

    /// Looked for among those that begin alike, of which there are fewer: `names` tells the first ones alone.
    private func nearest(to name: String, _ names: (String) -> [String]) -> String? {
        guard !name.isEmpty, name.utf8.count <= 320, !names(name).contains(where: { $0.lowercased() == name }) else { return nil }
        var asked: Int?
        for length in [name.count - 1, name.count / 2, 2, 1, 0] where length >= 0 && length < asked ?? .max {
            asked = length
            let near = names(String(name.prefix(length))).map { (name: $0, distance: Self.distance(name, $0.lowercased())) }
            if let best = near.filter({ $0.distance != nil }).min(by: { ($0.distance ?? 0) < ($1.distance ?? 0) }) { return best.name }
        }
        return nil
    }

    /// nil: too far to be meant. Of an address each part by itself: a long domain makes no local part similar.
    private static func distance(_ left: String, _ right: String) -> Int? {
        let left = left.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        let right = right.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard left.count == right.count else { return nil }
        var sum = 0
        for (left, right) in zip(left, right) {
            guard abs(left.count - right.count) <= 2 else { return nil }
            let distance = Suggestion.distance(left, right)
            guard distance <= min(2, max(1, right.count / 4)) else { return nil }
            sum += distance
        }
        return sum
    }
}
