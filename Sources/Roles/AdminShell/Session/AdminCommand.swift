import AdminAPI
import ArgumentParser
import Glibc

/// A command of the shell: its declaration gives parsing, help and completion; `execute` makes the call and says what came of it.
package protocol AdminCommand: ParsableCommand {
    /// Which live names its arguments and options take.
    static var names: LiveNames { get }
    func execute(in context: Context) throws -> Report
}

extension AdminCommand {
    package static var names: LiveNames { LiveNames() }
}

/// What a command works with.
package struct Context: Sendable {
    package let client: AdminClient
    package let console: any Console
    package let settings: Settings
    package let progress: Progress
    private let transport: @Sendable (Settings) -> any Transport

    package init(
        console: any Console, settings: Settings, progress: Progress, transport: @escaping @Sendable (Settings) -> any Transport
    ) {
        (self.console, self.settings, self.progress, self.transport) = (console, settings, progress, transport)
        client = Self.client(settings, progress, transport)
    }

    /// The one place where a client is made that may change something: it has to know of `--dry-run`.
    private static func client(
        _ settings: Settings, _ progress: Progress, _ transport: (Settings) -> any Transport
    ) -> AdminClient {
        AdminClient(transport: transport(settings), triesOnly: settings.dryRun, progress: progress)
    }

    /// A client of the same platform, whose certificate has this fingerprint; nil: as is known of it otherwise.
    func client(trusting fingerprint: Fingerprint?) -> AdminClient {
        var settings = settings
        settings.fingerprint = fingerprint
        return Self.client(settings, progress, transport)
    }

    func confirm(_ warning: String, _ strength: Confirmation.Strength) throws {
        // Nothing is lost by what is only tried.
        try Confirmation(warning, strength).obtain(from: console, assumeYes: settings.assumeYes || settings.dryRun)
    }

    /// Lets time pass, as long as nobody presses Ctrl-C.
    func pause(for duration: Duration) throws {
        let watch = CallWatch(progress: progress, changes: false), end = ContinuousClock.now + duration
        while case let left = ContinuousClock.now.duration(to: end), left > .zero {
            usleep(UInt32(min(left, CallWatch.interval) / .microseconds(1)))
            guard watch.goesOn() else { throw watch.interruption(isSent: false) }
        }
    }
}

/// What the Tab key offers for a command's values.
package struct LiveNames: Sendable {
    package enum Source: Sendable {
        case live(NameKind), words([String])
        /// Names of what the first argument names.
        case within(NameKind)
        /// An address that is to be made: its domain exists.
        case newAddress
        /// Several of these words, with commas between them.
        case lists([String])
    }

    /// For the arguments in order; the last one repeats.
    package let arguments: [Source]
    /// For options, by their name with hyphens.
    package let options: [String: Source]

    package init(arguments: [Source] = [], options: [String: Source] = [:]) { (self.arguments, self.options) = (arguments, options) }
}
