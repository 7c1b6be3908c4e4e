import ArgumentParser

/// A place on a line, and what can stand there: for the Tab key, and for `?`.
package struct LinePlace {
    package enum Expected: Sendable, Equatable {
        /// A noun, or the verb of one.
        case command
        case value(option: String)
        /// By its number, from 0; an option can stand there too.
        case argument(Int)
        /// It stands behind a word that is no command.
        case nothing
    }

    /// The deepest command that the words name, and its words.
    package private(set) var command: any ParsableCommand.Type = Casella.self
    package private(set) var path: [String] = []
    /// Those that stand before, as they were typed: arguments, and options without their values.
    package private(set) var arguments: [String] = []
    package private(set) var options: [String] = []
    package private(set) var expected = Expected.nothing

    /// - Parameter words: before the place.
    package init(after words: [String]) {
        /// What awaits its value.
        var option: String?
        for word in words {
            if option != nil {
                option = nil
            } else if word.hasPrefix("-"), word != "-" {
                options.append(String(word.prefix { $0 != "=" }))
                if takesValue(word) { option = word }
            } else if arguments.isEmpty, let next = CommandTree.subcommand(word, of: command) {
                command = next
                path.append(word)
            } else {
                arguments.append(word)
            }
        }
        if let option {
            expected = .value(option: option)
        } else if CommandTree.names(under: command).isEmpty {
            expected = .argument(arguments.count)
        } else if arguments.isEmpty {
            expected = .command
        }
    }

    /// What holds for any command may stand before it.
    private func takesValue(_ option: String) -> Bool {
        GlobalArguments.withValues.contains(option) || CommandTree.options(of: command).contains { $0.name == option && $0.takesValue }
    }
}
