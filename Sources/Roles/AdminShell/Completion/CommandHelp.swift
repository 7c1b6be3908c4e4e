import ArgumentParser

/// A command's help, entry by entry, read from the page that is shown: what is documented is what is told.
struct CommandHelp {
    struct Entry {
        /// `<domain>`, or an option in all its forms, such as `-y` and `--yes`.
        let names: [String]
        let takesValue: Bool
        /// As it stands there, with what belongs to it below.
        var text: String
        /// An argument that may be given several times.
        var isRepeated: Bool { text.split(separator: " ", maxSplits: 2).dropFirst().first == "..." }
    }

    private(set) var arguments: [Entry] = []
    private(set) var options: [Entry] = []

    init(of command: any ParsableCommand.Type, columns: Int) {
        var section = ""
        for line in Casella.helpMessage(for: command, columns: columns).split(separator: "\n", omittingEmptySubsequences: false) {
            if !line.hasPrefix(" ") {
                section = line.hasSuffix(":") ? String(line) : ""
            } else if line.hasPrefix("  -") {
                options.append(Self.entry(line))
            } else if section == "ARGUMENTS:", line.hasPrefix("  <") {
                arguments.append(Self.entry(line))
            } else if line.hasPrefix("      "), section == "ARGUMENTS:", !arguments.isEmpty {
                arguments[arguments.count - 1].text += "\(line)\n"
            } else if line.hasPrefix("      "), !["", "ARGUMENTS:", "SUBCOMMANDS:"].contains(section), !options.isEmpty {
                options[options.count - 1].text += "\(line)\n"
            }
        }
    }

    func entry(of option: String) -> Entry? { options.first { $0.names.contains(option) } }

    private static func entry(_ line: Substring) -> Entry {
        let words = line.split(separator: " ")
        let names = words.prefix { $0.hasPrefix("-") }.map { $0.hasSuffix(",") ? String($0.dropLast()) : String($0) }
        let takesValue = names.count < words.count && words[names.count].hasPrefix("<")
        return Entry(names: names.isEmpty ? words.prefix(1).map(String.init) : names, takesValue: takesValue, text: "\(line)\n")
    }
}
