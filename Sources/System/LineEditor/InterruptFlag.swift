import Glibc

/// Which signal last broke off a read. Ctrl-C must end the line or the work in hand, not the shell, and a signal handler may do no more
/// than note it. A second one, while the first is noted still, ends the program as if nobody had asked for it.
///
/// Proof for `nonisolated(unsafe)`: the value is one aligned word, written whole by the handler and by `clear`, read after the
/// read that the signal broke off has returned; the shell has one thread. `sig_atomic_t` is the type that C promises this for.
private nonisolated(unsafe) var noted: sig_atomic_t = 0
/// Whether the editor has the keyboard.
///
/// Proof for `nonisolated(unsafe)`: as above, but that the one thread writes it, whole, before and after a read, and the handler, which
/// runs on that thread and to its end, only reads it.
private nonisolated(unsafe) var isReading: sig_atomic_t = 0

@MainActor
public enum InterruptFlag {
    /// SIGINT, SIGCONT, or 0.
    public static var signal: Int32 { noted }

    public static func clear() { noted = 0 }

    /// Runs what waits for keys. A signal that comes when it is about to wait, and not waiting yet, would break off nothing: so alarms
    /// follow it until it has returned.
    static func whileReading<Result>(_ body: () -> Result) -> Result {
        isReading = 1
        defer {
            isReading = 0
            ualarm(0, 0)
        }
        return body()
    }

    /// From now on Ctrl-C is noted, and whoever has work in hand asks for it. Without `SA_RESTART`, so that a waiting `read` returns.
    /// - Parameter unlessIgnored: what a script starts in the background is not told of Ctrl-C, and stays so.
    public static func install(unlessIgnored: Bool = false) {
        clear()
        var action = sigaction()
        if unlessIgnored, sigaction(SIGINT, nil, &action) == 0, isIgnored(action) { return }
        action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            if number == SIGINT, noted == SIGINT, isReading == 0 {
                _ = Glibc.signal(SIGINT, SIG_DFL)
                raise(SIGINT)
                return
            }
            if number == SIGINT || (number != SIGALRM && noted != SIGINT) { noted = number }
            if isReading != 0 { ualarm(10_000, 0) }  // microseconds
        }
        sigemptyset(&action.sa_mask)
        sigaction(SIGINT, &action, nil)
        sigaction(SIGCONT, &action, nil)
        sigaction(SIGALRM, &action, nil)
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
