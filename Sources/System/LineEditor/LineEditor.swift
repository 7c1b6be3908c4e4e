@preconcurrency import CLibEdit  // its globals are C variables: only the main actor touches them (see LineEditor)
import Glibc

/// Reads lines from the terminal with editing, history and completion: a face on libedit's readline interface.
///
/// libedit keeps one state for the process, in C globals that nothing locks. All of it is touched by the main actor alone:
/// this class is bound to it, and libedit calls back only from inside `readline`, which runs there.
@MainActor
public final class LineEditor {
    public enum Input: Sendable, Equatable {
        case line(String)
        /// Ctrl-C: what was typed is abandoned.
        case interrupted
        /// Ctrl-D on an empty line, or the terminal went away.
        case end
    }

    /// What could stand where the cursor is. `line` is what was typed before it, `word` the end of that, in whose place `inserted` comes:
    /// the only word of `shown`, or what all of them begin with. Nil: nothing could.
    public typealias Completer = @MainActor (_ line: String, _ word: String) -> (inserted: String, shown: [String])?

    private let history: HistoryFile?

    /// - Parameters:
    ///   - historyPath: where lines are kept between sessions, readable by its owner only; nil keeps none.
    ///   - historyLimit: how many lines are kept.
    public init(historyPath: String?, historyLimit: Int32 = 1000, completer: @escaping Completer) {
        history = historyPath.map { HistoryFile(path: $0) }
        if setlocale(LC_CTYPE, "") == nil || String(cString: nl_langinfo(Int32(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
        Completion.completer = completer
        Completion.install()
        InterruptFlag.install()
        using_history()
        stifle_history(historyLimit)
        history?.load(atMost: Int(historyLimit))
    }

    /// Shows the prompt and waits for a line.
    public func read(prompt: String) -> Input {
        while true {
            InterruptFlag.clear()
            if let pointer = InterruptFlag.whileReading({ readline(prompt) }) {
                defer { free(pointer) }
                return .line(String(decoding: UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)), as: UTF8.self))
            }
            // Noted no longer: the next Ctrl-C is the first one again.
            let signal = InterruptFlag.signal
            InterruptFlag.clear()
            switch signal {
            case SIGINT: return .interrupted
            case SIGCONT: continue  // back from the background: the terminal's modes are set anew
            default: return .end
            }
        }
    }

    /// Keeps a line for the arrow keys and for the next session. Repeating the last one adds nothing.
    public func remember(_ line: String) {
        if let last = history_get(history_base + history_length - 1), let text = last.pointee.line, String(cString: text) == line { return }
        add_history(line)
        history?.append(line)
    }
}
