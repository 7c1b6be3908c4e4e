import Runtime
import Supervision

/// What the control plane itself counts, since it started.
@EventLoopActor
package final class ControlCounters {
    /// A kind of admin call, by its first word, and what came of it: `done`, or an error's code.
    package struct AdminCall: Hashable, Sendable {
        package var command: String
        package var outcome: String

        package init(command: String, outcome: String) { (self.command, self.outcome) = (command, outcome) }
    }

    /// A copy, for telling.
    package struct Figures: Sendable {
        package var adminCalls: [AdminCall: Int64]
        /// Those of users, by what was decided.
        var loginsAccepted: Int64 = 0, loginsRefused: Int64 = 0, loginsSuspended: Int64 = 0, loginsUndecided: Int64 = 0

        package init(adminCalls: [AdminCall: Int64] = [:]) { self.adminCalls = adminCalls }
    }

    private(set) var figures = Figures()

    func adminCall(_ command: String, outcome: String) {
        let noun = command.prefix { $0 != " " }
        figures.adminCalls[AdminCall(command: String(noun), outcome: outcome), default: 0] &+= 1
    }

    func loginDecided(_ outcome: AuthenticationOutcome) {
        switch outcome {
        case .accepted: figures.loginsAccepted &+= 1
        case .refused: figures.loginsRefused &+= 1
        case .suspended: figures.loginsSuspended &+= 1
        case .unavailable: figures.loginsUndecided &+= 1
        }
    }
}
