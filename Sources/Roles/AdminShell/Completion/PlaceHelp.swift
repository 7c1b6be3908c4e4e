import AdminAPI
import ArgumentParser

/// What `?` on a line is answered with: what can stand in its place.
package struct PlaceHelp {
    private let completer: Completer
    /// Names that are told; more would hide the rest.
    private static let shown = 20
    private static let columns = 80

    package init(completer: Completer) { self.completer = completer }

    /// - Parameter words: before the question mark.
    /// - Returns: nil where no command takes anything.
    package func text(after words: [String]) -> String? {
        if words == ["use"] { return "The tenant of the next commands; `use` alone ends that.\n" + known(words) }
        let place = LinePlace(after: words)
        let help = CommandHelp(of: place.command, columns: Self.columns)
        switch place.expected {
        case .nothing: return nil
        case .command: return Casella.helpMessage(for: place.command, columns: Self.columns) + "\n"
        case .value(let option):
            let entry = help.entry(of: option) ?? CommandHelp(of: ShowStatus.self, columns: Self.columns).entry(of: option)
            return (entry?.text ?? "  \(option)\n") + known(words)
        case .argument(let number):
            // Behind the command alone: all of it.
            if place.arguments.isEmpty, place.options.isEmpty {
                return Casella.helpMessage(for: place.command, columns: Self.columns) + "\n" + known(words)
            }
            let arguments = help.arguments
            let argument = number < arguments.count ? arguments[number] : arguments.last.flatMap { $0.isRepeated ? $0 : nil }
            let next =
                argument.map { "ARGUMENT:\n\($0.text)\(known(words))\n" } ?? (arguments.isEmpty ? "" : "All arguments are given.\n\n")
            let options = help.options.filter { Set($0.names).isDisjoint(with: place.options) }.map(\.text).joined()
            return "\(next)OPTIONS:\n\(options)"
        }
    }

    /// What the Tab key would offer.
    private func known(_ words: [String]) -> String {
        let candidates = completer.candidates(after: words, word: "")
        guard !candidates.isEmpty else { return "" }
        let rest = candidates.count - Self.shown
        let more = rest <= 0 ? "" : candidates.count < NameList.maximum ? " and \(rest) more" : " and many more"
        return "There are: \(candidates.prefix(Self.shown).joined(separator: ", "))\(more)\n"
    }
}

extension PartedLine {
    /// The words before a `?` that stands by itself, without quotes, or in the place of an option's value (`--quota=?`); nil: there is
    /// none.
    package var asked: [String]? {
        let words = earlier + (last.map { [$0] } ?? [])
        for (index, word) in words.enumerated() {
            let before = words[..<index].map(\.meaning)
            if word.text == "?" { return before }
            if word.text.hasPrefix("--"), word.text.hasSuffix("=?") { return before + [String(word.text.dropLast(2))] }
        }
        return nil
    }
}
