import Glibc

/// A terminal that a program has for itself: the alternate screen without a cursor, and keys as they are pressed. `restore` gives it
/// back as it was, and must be called before the process ends.
///
/// Plain sequences of ECMA-48 and xterm, which every terminal of today understands.
public final class FullScreen {
    public enum Event: Sendable, Equatable {
        case key(Key), resized
        /// SIGINT (Ctrl-C), SIGTERM, SIGHUP or SIGQUIT.
        case signal(Int32)
        case timeout
    }

    private var before: termios
    private let signals: TerminalSignals
    private var pending: [Event] = []
    private var isRestored = false

    /// nil when standard input or output is no terminal, or one that can't do it.
    public init?() {
        var before = termios()
        guard Self.isPossible, tcgetattr(STDIN_FILENO, &before) == 0, let signals = TerminalSignals() else { return nil }
        (self.before, self.signals) = (before, signals)
        var raw = before
        // Ctrl-C stays a signal, so that it comes through while an answer is waited for; Ctrl-Z would leave the screen behind.
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        withUnsafeMutableBytes(of: &raw.c_cc) { settings in
            settings[Int(VSUSP)] = 0
            settings[Int(VMIN)] = 0
            settings[Int(VTIME)] = 0
        }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
        Self.send("\u{1B}[?1049h\u{1B}[?25l")
    }

    public static var isPossible: Bool {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, let name = getenv("TERM") else { return false }
        return !["", "dumb"].contains(String(cString: name))
    }

    public func restore() {
        guard !isRestored else { return }
        isRestored = true
        Self.send("\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l")
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
        signals.stop()
    }

    /// As the terminal says; 80 by 24 if it does not.
    public var size: (columns: Int, rows: Int) {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else { return (80, 24) }
        return (Int(window.ws_col), Int(window.ws_row))
    }

    /// Shows these lines, and nothing else. None may be longer than the screen is wide.
    public func draw(_ lines: [String]) {
        Self.send("\u{1B}[H" + lines.map { $0 + "\u{1B}[0m\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
    }

    /// The next thing that happens, within this time.
    public func next(within milliseconds: Int) -> Event {
        if !pending.isEmpty { return pending.removeFirst() }
        var waiting = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0), pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        // Broken off by a signal, it finds the signal's byte at the next call.
        guard poll(&waiting, 2, Int32(clamping: milliseconds)) > 0 else { return .timeout }
        if waiting[1].revents != 0 {
            pending += signals.take().map { $0 == SIGWINCH ? .resized : .signal($0) }
        } else if waiting[0].revents != 0 {
            var bytes = [UInt8](repeating: 0, count: 256)
            let count = read(STDIN_FILENO, &bytes, bytes.count)
            // The terminal is gone.
            if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { return .signal(SIGHUP) }
            pending += Key.read(Array(bytes.prefix(max(0, count)))).map(Event.key)
        }
        return pending.isEmpty ? .timeout : pending.removeFirst()
    }

    private static func send(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
