import Glibc
import Synchronization

/// Where a signal's number is written, so that who waits for keys wakes. -1: nowhere. Atomic, since a handler reads it on any thread.
private let signalPipe = Atomic<Int32>(-1)

/// Signals that a program at a terminal must not miss, as bytes of a pipe. A handler may do no more than write one.
final class TerminalSignals {
    static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    private static let all = ending + [SIGWINCH]

    /// Readable once a signal came.
    let descriptor: Int32
    private let writer: Int32
    private var before: [(Int32, sigaction)] = []

    init?() {
        var pair: [Int32] = [-1, -1]
        guard pipe(&pair) == 0 else { return nil }
        for end in pair {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, writer) = (pair[0], pair[1])
        signalPipe.store(writer, ordering: .releasing)
        for signal in Self.all {
            var action = sigaction(), old = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                let kept = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(signalPipe.load(ordering: .acquiring), &byte, 1)
                errno = kept
            }
            sigemptyset(&action.sa_mask)
            sigaction(signal, &action, &old)
            before.append((signal, old))
        }
    }

    /// The signals that came since the last call.
    func take() -> [Int32] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? bytes.prefix(count).map(Int32.init) : []
    }

    /// Puts back what was there.
    func stop() {
        for (signal, old) in before {
            var old = old
            sigaction(signal, &old, nil)
        }
        before = []
        signalPipe.store(-1, ordering: .releasing)
        close(descriptor)
        close(writer)
    }
}
