import AdminAPI
import ArgumentParser

/// What the scripts of `completion` call at each Tab.
package struct CompleteLine: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "complete", abstract: "Print what could stand at the end of a line.",
        discussion: "The scripts that `completion` prints call it.", shouldDisplay: false)
    @Argument(help: "The line, up to the cursor.") var line: String
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let words = candidates(in: context.settings)
        return Report(words, Table(["word"], words.map { [.text($0)] }), .sentence(words.joined(separator: "\n")))
    }

    /// The platform is the one that the line itself names, if it does.
    private func candidates(in base: Settings) -> [String] {
        let space = line.lastIndex { $0.isWhitespace }
        let word = space.map { String(line[line.index(after: $0)...]) } ?? line
        guard let space, var before = try? CommandWords.split(String(line[..<space])), !before.isEmpty else { return [] }
        before.removeFirst()  // the program
        var settings = base
        // What stands before an option's value is completed from the option.
        if let (own, rest) = try? GlobalArguments.extract(from: before, base: base) { (settings, before) = (own, rest) }
        let client = AdminClient(transport: settings.transport(timeout: .seconds(1)))
        return Completer(source: LiveNameSource(client: client)).candidates(after: before, word: word)
    }
}
