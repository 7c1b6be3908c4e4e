import AdminAPI
import ArgumentParser

/// What the scripts of `completion` call at each Tab.
package struct CompleteLine: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "complete", abstract: "Print what could stand at the end of a line.",
        discussion: "The scripts that `completion` prints call it.", shouldDisplay: false)
    @Option(help: "By whose rules the line is written: bash or fish; Casella's own if left out.") var rules: PartedLine.Rules = .own
    @Argument(help: "The line, up to the cursor.") var line: String
    @Argument(help: "The end of the line that bash replaces: what is printed is quoted, and belongs there.") var replaced: String?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let line = PartedLine(line, by: rules)
        var words = candidates(for: line, in: context.settings)
        if let replaced {
            let word = CompletedWord(at: line, by: .bash)
            words = words.compactMap { word.completed(as: $0, replacing: replaced) }
        }
        return Report(words, Table(["word"], words.map { [.text($0)] }), .verbatim(words.joined(separator: "\n")))
    }

    /// The platform is the one that the line itself names, if it does.
    private func candidates(for line: PartedLine, in base: Settings) -> [String] {
        guard !line.words.isEmpty, !line.endsInComment else { return [] }
        var before = Array(line.words.dropFirst())  // without the program
        var settings = base
        // What stands before an option's value is completed from the option.
        if let (own, rest) = try? GlobalArguments.extract(from: before, base: base) { (settings, before) = (own, rest) }
        let client = AdminClient(transport: settings.transport(timeout: .seconds(1)))
        return Completer(source: LiveNameSource(client: client)).candidates(after: before, word: line.last?.meaning ?? "")
    }
}

extension PartedLine.Rules: ExpressibleByArgument {
    package init?(argument: String) {
        switch argument {
        case "bash": self = .bash
        case "fish": self = .fish
        default: return nil
        }
    }
}
