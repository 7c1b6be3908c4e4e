import ArgumentParser

/// The commands as the shell walks them: nouns, their verbs, and what their help says of options.
package enum CommandTree {
    package struct Place {
        /// The deepest command that the words name.
        package let command: any ParsableCommand.Type
        /// Its words, without the program's name.
        package let path: [String]
    }

    /// Follows the words as far as they name commands.
    package static func find(_ words: some Sequence<String>) -> Place {
        var command: any ParsableCommand.Type = Casella.self
        var path: [String] = []
        for word in words {
            guard let next = subcommand(word, of: command) else { break }
            command = next
            path.append(word)
        }
        return Place(command: command, path: path)
    }

    package static func subcommands(of command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        command.configuration.subcommands
    }

    package static func subcommand(_ word: String, of command: any ParsableCommand.Type) -> (any ParsableCommand.Type)? {
        subcommands(of: command).first { name(of: $0) == word }
    }

    package static func name(of command: any ParsableCommand.Type) -> String { command.configuration.commandName ?? "" }

    /// Of those that are for people.
    package static func names(under command: any ParsableCommand.Type) -> [String] {
        subcommands(of: command).filter { $0.configuration.shouldDisplay }.map(name)
    }

    /// The options of a command, read from its help: what is documented is what is completed.
    package static func options(of command: any ParsableCommand.Type) -> [(name: String, takesValue: Bool)] {
        CommandHelp(of: command, columns: 200).options.flatMap { entry in
            entry.names.filter { $0.hasPrefix("--") }.map { (name: $0, takesValue: entry.takesValue) }
        }
    }
}
