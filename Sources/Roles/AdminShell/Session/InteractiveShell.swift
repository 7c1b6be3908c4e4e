import AdminAPI
import Glibc
import LineEditor

/// The shell that a person types into: editing, history, completion, help.
@MainActor
struct InteractiveShell {
    let interpreter: Interpreter
    let settings: Settings
    let console: any Console

    static let prompt = "casella> "
    private static let advice =
        "\nIn this shell: `help NOUN VERB` explains a command, `exit` or Ctrl-D leaves, Ctrl-C abandons a line.\n"

    func run() -> Int32 {
        console.write("Casella at \(settings.server.map { "\($0)" } ?? settings.dataDirectory). Tab completes; `help` explains; `exit` leaves.\n")
        let names = LiveNameSource(
            client: AdminClient(transport: settings.transport(timeout: .seconds(1))))
        let completer = Completer(source: names)
        let editor = LineEditor(historyPath: Self.historyPath) { completer.candidates(after: $0, word: $1) }
        while true {
            switch editor.read(prompt: Self.prompt) {
            case .end:
                console.write("\n")
                return 0
            case .interrupted: console.write("^C\n")
            case .line(let line):
                let text = line.trimmingSpaces()
                if text.isEmpty { continue }
                editor.remember(text)
                if !perform(text) { return 0 }
            }
        }
    }

    /// False when the shell is to end.
    private func perform(_ line: String) -> Bool {
        let words: [String]
        do {
            var split = try CommandWords.split(line)
            if split.first == "casella" { split.removeFirst() }
            words = split
        } catch {
            _ = Printer(console: console, format: settings.format).failure(interpreter.failure(error, of: []))
            return true
        }
        switch words {
        case []: return true
        case ["exit"], ["quit"], ["logout"]: return false
        case ["help"], ["?"]:
            console.write(Casella.helpMessage() + Self.advice)
            return true
        default: break
        }
        let (outcome, settings) = interpreter.perform(line: words, base: settings)
        let printer = Printer(console: console, format: settings.format)
        switch outcome {
        case .report(let report): _ = printer.report(report)
        case .help(let text): _ = printer.help(text)
        case .failure(let failure): _ = printer.failure(failure)
        case .batch(let path, let keepGoing):
            _ = Batch(interpreter: interpreter, settings: settings, console: console).run(path, keepGoing: keepGoing)
        case .shell: break
        }
        return true
    }

    /// `CASELLA_HISTORY`, else `.casella_history` in the home directory.
    private static var historyPath: String? {
        if let path = getenv("CASELLA_HISTORY").map({ String(cString: $0) }) { return path.isEmpty ? nil : path }
        return getenv("HOME").map { "\(String(cString: $0))/.casella_history" }
    }
}
