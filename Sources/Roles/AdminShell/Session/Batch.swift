import AdminAPI
import Glibc

/// Runs the commands of a file, one a line. It stops at the first that fails, unless told to go on; and at Ctrl-C, behind the command
/// in hand, so that each is done or not begun.
///
/// With `--format json` the results become one array, each with the number of its line.
package struct Batch {
    let interpreter: Interpreter
    let settings: Settings
    let console: any Console

    package init(interpreter: Interpreter, settings: Settings, console: any Console) {
        (self.interpreter, self.settings, self.console) = (interpreter, settings, console)
    }

    /// - Parameter path: `-` is standard input.
    package func run(_ path: String, keepGoing: Bool) -> Int32 {
        do {
            return run(try InputText.contents(of: path, for: console), named: path == "-" ? "standard input" : path, keepGoing: keepGoing)
        } catch {
            return Printer(console: console, format: settings.format).failure(interpreter.failure(error, of: ["run"]))
        }
    }

    /// Runs the text of a batch; the status is that of the first failure.
    package func run(_ text: String, named name: String, keepGoing: Bool) -> Int32 {
        let printer = Printer(console: console, format: settings.format)
        var results: [BatchResult] = []
        var status: Int32 = 0, failed = 0, done = 0, interruption: String?
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let progress = interpreter.progress
        progress.begin(lines.count, of: "lines")
        lines: for (index, line) in lines.enumerated() {
            if console.isInterrupted {
                interruption = "interrupted; \(counted(done, "command")) done, line \(index + 1) and those behind it not begun"
                break
            }
            progress.reached(index)
            guard let (outcome, format) = perform(String(line)) else { continue }
            switch outcome {
            case .report(let report):
                if report.exitStatus == 0 { done += 1 } else { failed += 1 }
                if settings.format == .json {
                    results.append(BatchResult(line: index + 1, result: report.value))
                } else {
                    _ = Printer(console: console, format: format).report(report)
                }
                if status == 0 { status = report.exitStatus }
                if report.exitStatus != 0, !keepGoing { break lines }
            case .help(let text): if settings.format != .json { _ = printer.help(text) }
            case .failure(let failure):
                if failure.error.code == .interrupted {
                    interruption = "interrupted in line \(index + 1); \(counted(done, "command")) done, the lines behind it not begun"
                }
                failed += 1
                if status == 0 { status = failure.exitStatus }
                results.append(BatchResult(line: index + 1, error: failure.error))
                _ = printer.failure(failure, at: "\(name):\(index + 1)")
                if !keepGoing || interruption != nil { break lines }
            case .batch, .shell: continue
            }
        }
        progress.end()
        if settings.format == .json, let json = try? JSONText.encode(results) { console.write(json) }
        if let interruption {
            console.writeError("\(name): \(interruption)\n")
            return status == 0 ? AdminError.Code.interrupted.exitStatus : status
        }
        let commands = "\(counted(done, "command")) done"
        if failed > 0 {
            console.writeError(keepGoing ? "\(name): \(commands), \(failed) failed\n" : "\(name): stopped; \(commands) before\n")
        }
        return status
    }

    /// The line's outcome and its format; nil for a line without a command.
    private func perform(_ line: String) -> (Interpreter.Outcome, OutputFormat)? {
        do {
            var words = try CommandWords.split(line)
            if words.first == "casella" { words.removeFirst() }
            guard !words.isEmpty else { return nil }
            let (outcome, settings) = interpreter.perform(line: words, base: settings)
            switch outcome {
            case .batch:
                throw AdminError(.invalid, "A batch cannot run another batch.", hint: "Put its lines here, or run both from outside.")
            case .shell: return nil
            case .report, .help, .failure: return (outcome, settings.format)
            }
        } catch {
            return (.failure(interpreter.failure(error, of: [])), settings.format)
        }
    }
}

/// One line's outcome in the JSON of a batch.
private struct BatchResult: Encodable {
    let line: Int
    var result: (any Encodable)?
    var error: AdminError?

    private enum CodingKeys: String, CodingKey { case line, result, error }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(line, forKey: .line)
        if let result { try result.encode(to: container.superEncoder(forKey: .result)) }
        try container.encodeIfPresent(error, forKey: .error)
    }
}
