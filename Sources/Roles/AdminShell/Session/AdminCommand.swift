import AdminAPI
import ArgumentParser

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

    package init(client: AdminClient, console: any Console, settings: Settings) {
        (self.client, self.console, self.settings) = (client, console, settings)
    }

    func confirm(_ warning: String, _ strength: Confirmation.Strength) throws {
        // Nothing is lost by what is only tried.
        try Confirmation(warning, strength).obtain(from: console, assumeYes: settings.assumeYes || settings.dryRun)
    }
}

/// What the Tab key offers for a command's values.
package struct LiveNames: Sendable {
    package enum Source: Sendable { case live(NameKind), words([String]) }

    /// For the arguments in order; the last one repeats.
    package let arguments: [Source]
    /// For options, by their name with hyphens.
    package let options: [String: Source]

    package init(arguments: [Source] = [], options: [String: Source] = [:]) { (self.arguments, self.options) = (arguments, options) }
}
