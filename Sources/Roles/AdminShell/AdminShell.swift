import Glibc
import LineEditor

/// The admin shell: how operators make tenants, domains, users and quotas, and look after queue and workers.
///
/// Charter. Job: turn a line that a person or a script wrote into one call of the control plane's interface, and show the answer.
/// It trusts the control plane it is pointed at, and shows no control characters of what others wrote. It holds nothing: no state but
/// that token, no other secret beyond the moment of passing it on. Privileges: those of whoever started it; the control plane decides by
/// the socket's peer credentials what that one may do, or by the token of a session from another machine, which is kept in a file
/// between commands. Limits: answers of 64 MiB, batch files of 64 MiB, one minute a call.
/// Exit status: 0 done; 64 usage; 65…77 by the kind of refusal (`AdminError.Code.exitStatus`); 1 abandoned at a question;
/// 2 something that was checked is wrong; 74 done, and the result could not be written; 130 interrupted by Ctrl-C.
public enum AdminShell {
    /// Runs the program with the process's arguments.
    @MainActor
    public static func main() -> Never {
        holdStandardDescriptors()
        let console = TerminalConsole()
        let interpreter = Interpreter(console: console) { $0.transport() }
        let status = run(Array(CommandLine.arguments.dropFirst()), with: interpreter, on: console)
        exit(status == 0 ? lostOutput(on: console) : status)
    }

    /// Whoever starts us without one of them would have a connection take its place, and our words go there. Nothing can be written to what
    /// takes it now, and that is told.
    private static func holdStandardDescriptors() {
        while case let descriptor = open("/dev/null", O_RDONLY), descriptor >= 0 {
            guard descriptor > STDERR_FILENO else { continue }
            close(descriptor)
            return
        }
    }

    /// `EX_IOERR` where the result is not all there: a file that was cut off would be taken for whole.
    @MainActor
    private static func lostOutput(on console: TerminalConsole) -> Int32 {
        guard let reason = console.lostOutput else { return 0 }
        console.writeError("casella: The result could not be written: \(reason).\n")
        return 74
    }

    /// Ctrl-C ends no command in the middle of a change: whoever has work in hand asks for it, and says how far it came.
    @MainActor
    private static func run(_ arguments: [String], with interpreter: Interpreter, on console: TerminalConsole) -> Int32 {
        InterruptFlag.install(unlessIgnored: true)
        let settings: Settings, words: [String]
        do { (settings, words) = try GlobalArguments.extract(from: arguments) } catch {
            let format = GlobalArguments.format(in: arguments) ?? .table
            return Printer(console: console, format: format).failure(interpreter.failure(error, of: []))
        }
        let printer = Printer(console: console, format: settings.format)
        switch interpreter.perform(words, settings) {
        case .report(let report): return printer.report(report)
        case .help(let text): return printer.help(text)
        case .failure(let failure): return printer.failure(failure)
        case .batch(let path, let keepGoing):
            return Batch(interpreter: interpreter, settings: settings, console: console).run(path, keepGoing: keepGoing)
        case .shell:
            guard console.canAsk else {
                return Batch(interpreter: interpreter, settings: settings, console: console).run("-", keepGoing: false)
            }
            return InteractiveShell(interpreter: interpreter, settings: settings, console: console).run()
        }
    }
}
