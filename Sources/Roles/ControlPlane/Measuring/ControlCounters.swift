import Runtime
import Supervision

/// What the control plane itself counts, since it started.
@EventLoopActor
final class ControlCounters {
    /// A kind of admin call, by its first word, and what came of it: `done`, or an error's code.
    struct AdminCall: Hashable, Sendable {
        var command: String
        var outcome: String
    }

    /// A copy, for telling.
    struct Figures: Sendable {
        var adminCalls: [AdminCall: Int64] = [:]
        /// Those of users, by what was decided.
        var loginsAccepted: Int64 = 0, loginsRefused: Int64 = 0, loginsSuspended: Int64 = 0, loginsUndecided: Int64 = 0
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
