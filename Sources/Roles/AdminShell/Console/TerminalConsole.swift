import Glibc
import LineEditor
import Synchronization

/// Standard input, output and error. Questions go to standard error, so that standard output holds results only.
package final class TerminalConsole: Console {
    /// Whether a line stands on standard error that is not to stay.
    private let isProgressShown = Mutex(false)
    /// Why standard output took no more, an `errno`; 0: it took all.
    private let outputFailure = Mutex<Int32>(0)

    package init() {}

    /// Why not all that was written came out, such as a disk that is full; nil: it did.
    package var lostOutput: String? {
        let failure = outputFailure.withLock { $0 }
        return failure == 0 ? nil : String(cString: strerror(failure))
    }

    package var canAsk: Bool { isatty(STDIN_FILENO) == 1 }

    package var progressBar: ProgressBar? {
        var size = winsize()
        guard isatty(STDERR_FILENO) == 1, !["", "dumb"].contains(Self.variable("TERM") ?? "") else { return nil }
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return ProgressBar(columns: isKnown ? Int(size.ws_col) : 80, isStyled: isErrorStyled, isUnicode: Self.isUnicode)
    }

    /// By the variables that tell of characters, the first that says anything.
    private static var isUnicode: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty } ?? ""
        return ["UTF-8", "UTF8"].contains { locale.uppercased().contains($0) }
    }

    package func show(progress line: String?) {
        let wasShown = isProgressShown.withLock { isShown in
            defer { isShown = line != nil }
            return isShown
        }
        if line != nil || wasShown { Self.write("\r\u{1B}[K\(line ?? "")", to: STDERR_FILENO) }
    }

    /// The shell has one thread, the main one.
    package var isInterrupted: Bool { MainActor.assumeIsolated { InterruptFlag.signal == SIGINT } }

    package var isStyled: Bool { Self.takesColour(STDOUT_FILENO) }
    package var isErrorStyled: Bool { Self.takesColour(STDERR_FILENO) }

    private static func takesColour(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"
    }

    static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    package func page(_ text: String) {
        show(progress: nil)
        guard let pager = Pager(for: text), pager.show(text) else { return write(text) }
    }

    package func ask(_ question: String) -> String? {
        writeError(question)
        guard let answer = readLine() else {
            writeError("\n")
            return nil
        }
        return answer
    }

    /// Echo is off while the answer is typed. Ctrl-C ends the line like any other end (it is read as a byte, `VEOL`), so that the
    /// terminal is always put back as it was.
    package func askHidden(_ question: String) -> String? {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
        var hidden = before
        hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
        withUnsafeMutableBytes(of: &hidden.c_cc) { $0[Int(VEOL)] = Self.interrupt }
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else { return nil }
        defer {
            tcsetattr(STDIN_FILENO, TCSANOW, &before)
            writeError("\n")
        }
        writeError(question)
        return readLine()
    }

    private static let interrupt: UInt8 = 3
    private static let lineLimit = 65_536

    /// Byte by byte: what follows the line belongs to somebody else.
    package func readLine() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < Self.lineLimit {
            guard InputText.comes(on: STDIN_FILENO, for: self) else { return nil }
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }  // Ctrl-C, or back from the background
            if count < 0 { return nil }  // a lost terminal
            if count == 0 { return line.isEmpty ? nil : String(decoding: line, as: UTF8.self) }
            if byte == Self.interrupt, canAsk { return nil }
            if byte == UInt8(ascii: "\n") {
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                return String(decoding: line, as: UTF8.self)
            }
            line.append(byte)
        }
        return nil
    }

    package func write(_ text: String) {
        show(progress: nil)
        // What followed on a part that is missing would be worse than nothing.
        guard outputFailure.withLock({ $0 }) == 0, let failure = Self.write(text, to: STDOUT_FILENO) else { return }
        outputFailure.withLock { $0 = failure }
    }

    package func writeError(_ text: String) {
        show(progress: nil)
        Self.write(text, to: STDERR_FILENO)
    }

    /// - Returns: the `errno` of what could not be written.
    @discardableResult
    static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            rest = rest.dropFirst(count)
        }
        return nil
    }
}
