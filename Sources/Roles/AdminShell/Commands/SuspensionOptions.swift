import AdminAPI
import ArgumentParser

/// `--incoming`, `--outgoing`, `--login`, `--reason` and `--no-reason` of `suspend`.
package struct SuspensionOptions: ParsableArguments {
    @OptionGroup var parts: SuspensionParts
    @Option(
        help: ArgumentHelp(
            "What people are told by the protocols; an earlier reason stays without it. Where there is none, a login looks as if the "
                + "password were wrong.", valueName: "text"),
        transform: { try SuspensionReason($0) })
    var reason: SuspensionReason?
    @Flag(name: .customLong("no-reason"), help: "Without a reason, also when there was one.") var withoutReason = false

    package init() {}

    package func validate() throws {
        if reason != nil, withoutReason { throw ValidationError("Give --reason or --no-reason, not both.") }
    }

    var change: SuspensionChange {
        SuspensionChange(what: parts.what, reason: reason, withoutReason: withoutReason ? true : nil)
    }

    /// Of what is suspended now, with that reason.
    func said(_ reason: SuspensionReason?) -> String {
        reason != nil && self.reason == nil ? " The reason is the earlier one; --no-reason takes it away." : ""
    }
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
