import AdminAPI
import Glibc
import LineEditor

/// The shell that a person types into: editing, history, completion, help.
@MainActor
struct InteractiveShell {
    let interpreter: Interpreter
    let settings: Settings
    let console: any Console

    private static let advice = """

        In this shell: `?` anywhere on a line explains what can stand there; `use TENANT` makes a tenant that of the next commands, \
        `use` alone ends that; `exit` or Ctrl-D leaves; Ctrl-C abandons a line, or \
        ends what a line does where it can.

        """

    func run() -> Int32 {
        let place = settings.server.map { "\($0)" } ?? settings.dataDirectory
        console.write("Casella at \(place). Tab completes; `help` explains; `exit` leaves.\n")
        let names = LiveNameSource(
            client: AdminClient(transport: settings.transport(timeout: .seconds(1))))
        let completer = Completer(source: names)
        let editor = LineEditor(historyPath: Self.historyPath) { completer.offer(for: $0, replacing: $1) }
        var context = WorkingContext()
        while true {
            switch editor.read(prompt: context.prompt) {
            case .end:
                console.write("\n")
                return 0
            case .interrupted: console.write("^C\n")
            case .line(let line):
                let text = line.trimmingSpaces()
                if text.isEmpty { continue }
                if !text.contains("--hash") { editor.remember(text) }  // the history is a file, and a hash is a secret
                if !perform(text, &context, PlaceHelp(completer: completer)) { return 0 }
            }
        }
    }

    /// False when the shell is to end.
    private func perform(_ line: String, _ context: inout WorkingContext, _ help: PlaceHelp) -> Bool {
        var words: [String]
        do {
            words = try CommandWords.split(line)
            if words.first == "casella" { words.removeFirst() }
        } catch {
            _ = Printer(console: console, format: settings.format).failure(interpreter.failure(error, of: []))
            return true
        }
        if let asked = PartedLine(line).asked.map({ $0.first == "casella" ? Array($0.dropFirst()) : $0 }) {
            if let text = asked.isEmpty ? nil : help.text(after: asked) {
                console.page(text)
                return true
            }
            words = ["help"] + asked  // of a word that is no command this says so
        }
        switch words {
        case []: return true
        case ["use"]:
            context.tenant = nil
            return true
        case let use where use.first == "use" && use.count == 2:
            do {
                let name = try TenantName(use[1])
                let client = interpreter.context(settings).client
                _ = try interpreter.progress.perform("use") { try client.call(Calls.showTenant, name.text) }
                context.tenant = name
            } catch {
                _ = Printer(console: console, format: settings.format).failure(interpreter.failure(error, of: []))
            }
            return true
        case ["exit"], ["quit"], ["logout"]: return false
        case ["help"]:
            console.write(Casella.helpMessage() + Self.advice)
            return true
        default: break
        }
        let (outcome, settings) = interpreter.perform(line: context.completing(words), base: settings)
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
