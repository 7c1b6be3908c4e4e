import AdminAPI
import ArgumentParser

/// `--incoming`, `--outgoing`, `--login` and `--reason` of `suspend`.
package struct SuspensionOptions: ParsableArguments {
    @OptionGroup var parts: SuspensionParts
    @Option(
        help: ArgumentHelp(
            "What people are told by the protocols; without it, a login looks as if the password were wrong.", valueName: "text"),
        transform: { try SuspensionReason($0) })
    var reason: SuspensionReason?

    package init() {}

    var change: SuspensionChange { SuspensionChange(what: parts.what, reason: reason) }
}

/// `--incoming`, `--outgoing`, `--login`: one or more; all when none is given.
package struct SuspensionParts: ParsableArguments {
    @Flag(help: "Mail for it: it waits at its senders.") var incoming = false
    @Flag(help: "Sending.") var outgoing = false
    @Flag(help: "Logging in.") var login = false

    package init() {}

    /// nil: all.
    var what: [Suspendable]? {
        let chosen = [(incoming, Suspendable.incoming), (outgoing, .outgoing), (login, .login)].filter(\.0).map(\.1)
        return chosen.isEmpty ? nil : chosen
    }
}

extension [Suspendable] {
    /// For tables: `active`, `suspended`, or which parts of it are.
    func shown(_ reason: SuspensionReason?) -> String {
        let what = isEmpty ? "active" : count == Suspendable.allCases.count ? "suspended" : "no \(map(\.rawValue).joined(separator: ", "))"
        return what + (reason.map { " (\($0))" } ?? "")
    }
}
