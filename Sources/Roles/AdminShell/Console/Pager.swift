import Glibc

/// A program of the user's choice that shows what is longer than the screen: `CASELLA_PAGER`, else `PAGER`, else less; empty for none.
struct Pager {
    private let command: String

    /// nil when the text fits on the screen, nobody looks at one, or no pager is wanted.
    init?(for text: String) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
        guard text.utf8.lazy.filter({ $0 == UInt8(ascii: "\n") }).count >= Int(size.ws_row) else { return nil }
        command = TerminalConsole.variable("CASELLA_PAGER") ?? TerminalConsole.variable("PAGER") ?? "less"
        guard !command.isEmpty else { return nil }
    }

    /// - Returns: false when there is no such program.
    func show(_ text: String) -> Bool {
        // As other programs have it: leave when one screen is enough, take colours, leave the text on the screen.
        setenv("LESS", "FRX", 0)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        // The keys that would end this program are the pager's while it runs, and a pager that is left early is no reason to end.
        let before = [SIGINT, SIGPIPE].map { ($0, Self.ignore($0)) }
        // With its flags: a handler may have been put without `SA_RESTART`, so that Ctrl-C breaks off a read.
        defer {
            for (number, old) in before {
                var old = old
                sigaction(number, &old, nil)
            }
        }
        var standard = sigset_t()
        sigemptyset(&standard)
        for (number, _) in before { sigaddset(&standard, number) }
        posix_spawnattr_setsigdefault(&attributes, &standard)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))

        let words = (["sh", "-c", command] as [String]).map { strdup($0) }
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let started = posix_spawn(&child, "/bin/sh", &actions, &attributes, words + [nil], environ) == 0
        close(ends[0])
        if started { TerminalConsole.write(text, to: ends[1]) }
        close(ends[1])
        guard started else { return false }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        // What a shell says of a program that is not there, or cannot be run.
        return ![126, 127].contains((status >> 8) & 0xFF)
    }

    /// Returns what was there.
    private static func ignore(_ number: Int32) -> sigaction {
        var action = sigaction(), old = sigaction()
        action.__sigaction_handler.sa_handler = SIG_IGN
        sigemptyset(&action.sa_mask)
        sigaction(number, &action, &old)
        return old
    }
}
