import AdminAPI
import ArgumentParser

/// Performs one line: finds its command, runs it, and words what went wrong.
package struct Interpreter: Sendable {
    package enum Outcome: Sendable {
        case report(Report)
        case help(String)
        case failure(Failure)
        /// `run FILE`.
        case batch(path: String, keepGoing: Bool)
        /// Nothing was asked for: the interactive shell.
        case shell
    }

    private let console: any Console
    private let transport: @Sendable (Settings) -> any Transport
    package let progress: Progress

    package init(console: any Console, transport: @escaping @Sendable (Settings) -> any Transport) {
        (self.console, self.transport) = (console, transport)
        progress = Progress(console: console)
    }

    package func perform(_ words: [String], _ settings: Settings) -> Outcome {
        do {
            try checkCommand(words)
            try checkHyphens(words)
            let command = try Casella.parseAsRoot(words)
            switch command {
            case is Casella: return .shell
            case let run as RunBatch: return .batch(path: run.file, keepGoing: run.keepGoing)
            case let command as any AdminCommand:
                let name = CommandTree.find(words).path.joined(separator: " ")
                let report = try progress.perform(name) { try command.execute(in: context(settings)) }
                return .report(settings.dryRun ? report.rehearsed : report)
            default:
                var command = command
                try command.run()  // a noun alone, or `help`: both throw their help text
                return .help("")
            }
        } catch {
            if !(error is AdminError), Casella.exitCode(for: error) == .success { return .help(Casella.message(for: error)) }
            return .failure(failure(suggesting(error, of: words, settings), of: words))
        }
    }

    /// What is not there may be there under a name that is nearly the same.
    private func suggesting(_ error: any Error, of words: [String], _ settings: Settings) -> any Error {
        guard let missing = error as? AdminError, missing.code == .notFound else { return error }
        let client = AdminClient(transport: transport(settings))
        guard let question = MistypedName(source: LiveNameSource(client: client)).hint(for: words) else { return error }
        return AdminError(.notFound, missing.message, hint: [question, missing.hint].compactMap(\.self).joined(separator: " "))
    }

    /// A line of a shell or a batch, with its own global options.
    package func perform(line words: [String], base: Settings) -> (Outcome, Settings) {
        do {
            let (settings, rest) = try GlobalArguments.extract(from: words, base: base)
            return (perform(rest, settings), settings)
        } catch {
            var settings = base
            settings.format = GlobalArguments.format(in: words) ?? base.format
            return (.failure(failure(error, of: words)), settings)
        }
    }

    package func context(_ settings: Settings) -> Context {
        Context(console: console, settings: settings, progress: progress, transport: transport)
    }

    /// Finds a mistyped command before the parser does, which would only say that an argument is unexpected.
    private func checkCommand(_ words: [String]) throws {
        let asked = words.first == "help" ? Array(words.dropFirst()) : words
        let place = CommandTree.find(asked)
        guard asked.count > place.path.count else { return }
        let word = asked[place.path.count]
        let known = CommandTree.names(under: place.command)
        guard !known.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
        let nearest = Suggestion.nearest(to: word, in: known)
        throw UnknownCommand(path: place.path, word: word, nearest: nearest, known: known)
    }

    /// The parser takes `-hans@acme.example` for several options, of which the first asks for help: nothing would be done, and nobody told.
    private func checkHyphens(_ words: [String]) throws {
        for word in words.prefix(while: { $0 != "--" }) where word.hasPrefix("-") && !word.hasPrefix("--") && !["-", "-h"].contains(word) {
            throw ValidationError(
                "There is no option \"\(word)\"; an argument that begins with a hyphen stands behind --, an option's value behind =.")
        }
    }

    package func failure(_ error: any Error, of words: [String]) -> Failure {
        switch error {
        case let error as AdminError: return Failure(error, exitStatus: error.code.exitStatus)
        case let file as MistakenFile: return Failure(file.refusal, exitStatus: file.refusal.code.exitStatus, in: file)
        case is Abandoned: return Failure(AdminError(.conflict, "Abandoned; nothing was done."), exitStatus: 1)
        case let mistake as CommandWords.Mistake: return Failure(AdminError(.invalid, "\(mistake)"), exitStatus: Failure.usage)
        case let unknown as UnknownCommand: return Failure(unknown.refusal, exitStatus: Failure.usage)
        default:
            let path = CommandTree.find(words).path
            let hint = "See casella help\(path.map { " \($0)" }.joined())."
            // It quotes the words as they were typed.
            let lines = Casella.message(for: error).split(separator: "\n", omittingEmptySubsequences: false).map {
                String($0).withoutControls()
            }
            let usage = AdminError(.invalid, lines.joined(separator: "\n"), hint: hint)
            return Failure(usage, exitStatus: Failure.usage)
        }
    }
}

/// Why a line was not done, and what the program's exit status becomes.
package struct Failure: Sendable {
    /// `EX_USAGE` of `sysexits.h`.
    package static let usage: Int32 = 64

    package let error: AdminError
    package let exitStatus: Int32
    /// Whose lines are wrong.
    let file: MistakenFile?

    init(_ error: AdminError, exitStatus: Int32, in file: MistakenFile? = nil) {
        (self.error, self.exitStatus, self.file) = (error, exitStatus, file)
    }
}

/// A word that is no command where it stands.
struct UnknownCommand: Error {
    let path: [String], word: String, nearest: String?, known: [String]

    var refusal: AdminError {
        let before = path.map { "\($0) " }.joined()
        let message = "There is no command \"\(before)\(word.withoutControls())\"."
        if let nearest { return AdminError(.invalid, message, hint: "Did you mean \"\(before)\(nearest)\"?") }
        return AdminError(.invalid, message, hint: "Known are: \(known.joined(separator: ", ")).")
    }
}
