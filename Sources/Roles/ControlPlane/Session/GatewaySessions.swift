import AdminAPI
import Runtime
import Supervision

/// Asks the gateway, which alone sees every client, who is logged in.
@EventLoopActor
final class GatewaySessions {
    private let answers = PendingAnswers<[LiveSession]?>()
    private var gateway: SupervisedService?

    private static let patience = Duration.seconds(10)

    func connect(_ gateway: SupervisedService) { self.gateway = gateway }

    /// At most `LiveSession.listLimit` of them, the oldest first.
    /// - Parameters:
    ///   - tenant: of this one alone.
    ///   - user: of this one alone.
    func all(tenant: Int64?, user: Int64?) async throws(AdminError) -> [LiveSession] {
        let found = await answers.ask(until: .now + Self.patience, silence: nil) { id in
            if gateway?.send(.listSessions(id: id, tenant: tenant, user: user)) != true { answers.finish(id, nil) }
        }
        guard let found else { throw AdminError(.unavailable, "The gateway does not answer.", hint: "`worker list` says why.") }
        return found
    }

    /// Takes the gateway's answer.
    func told(_ id: Int64, _ sessions: [LiveSession]) { answers.finish(id, sessions) }
}
