import AdminAPI
import Postgres
import Runtime
import Supervision

/// Operators' commands on the queue. The relay alone writes its rows, so it carries them out.
@EventLoopActor
final class RelayQueue {
    private let database: PostgresPool
    private let journal: Journal
    private var relay: SupervisedService?
    private let answers = PendingAnswers<Result<Int, AdminError>>()

    private static let patience = Duration.seconds(15)

    init(database: PostgresPool, journal: Journal) { (self.database, self.journal) = (database, journal) }

    func connect(_ relay: SupervisedService) { self.relay = relay }

    /// - Returns: how many messages it concerned.
    func command(_ verb: QueueCommand.Verb, _ messages: [Int64]) async throws(AdminError) -> Int {
        guard !messages.isEmpty else { return 0 }  // to the relay, none would mean all that there are
        let silence = AdminError(.timedOut, "The relay did not answer in time.")
        return try await answers.ask(until: .now + Self.patience, silence: .failure(silence)) { id in
            if relay?.send(.queueCommand(id: id, QueueCommand(verb: verb, messages: messages))) == true { return }
            answers.finish(id, .failure(AdminError(.unavailable, "The relay is not running.", hint: "`worker list` says why.")))
        }.get()
    }

    /// Takes the relay's answer.
    func commandDone(id: Int64, affected: Int, problem: String?) {
        answers.finish(id, problem.map { .failure(AdminError(.conflict, "The relay could not do it: \($0).")) } ?? .success(affected))
    }

    /// Has the queued mail of a deleted tenant dropped.
    func forget(tenant: Int64) async {
        do {
            let queued = try await database.query("SELECT queue_id FROM queue_messages WHERE tenant_id = $1", [.int8(tenant)])
            let ids = try queued.rows.map { try $0.int8(0) }
            if !ids.isEmpty { _ = try await command(.delete, ids) }
        } catch {
            journal.warning("queued mail of a deleted tenant was not dropped", ["tenant": String(tenant), "error": "\(error)"])
        }
    }
}
