import Glibc
import LineEditor

/// Standard input, output and error. Questions go to standard error, so that standard output holds results only.
package struct TerminalConsole: Console {
    package init() {}

    package var canAsk: Bool { isatty(STDIN_FILENO) == 1 }

    package var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    /// The shell has one thread, the main one.
    package var isInterrupted: Bool { MainActor.assumeIsolated { InterruptFlag.signal == SIGINT } }

    package var isStyled: Bool { Self.takesColour(STDOUT_FILENO) }
    package var isErrorStyled: Bool { Self.takesColour(STDERR_FILENO) }

    private static func takesColour(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"
    }

    static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    package func page(_ text: String) {
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

    package func write(_ text: String) { Self.write(text, to: STDOUT_FILENO) }
    package func writeError(_ text: String) { Self.write(text, to: STDERR_FILENO) }

    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
