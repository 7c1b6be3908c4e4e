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
    private var next: Int64 = 1
    private var pending: [Int64: CheckedContinuation<Result<Int, AdminError>, Never>] = [:]

    private static let patience = Duration.seconds(15)

    init(database: PostgresPool, journal: Journal) { (self.database, self.journal) = (database, journal) }

    func connect(_ relay: SupervisedService) { self.relay = relay }

    /// - Returns: how many messages it concerned.
    func command(_ verb: QueueCommand.Verb, _ messages: [Int64]) async throws(AdminError) -> Int {
        let id = next
        next += 1
        let result = await withCheckedContinuation { continuation in
            pending[id] = continuation
            guard relay?.send(.queueCommand(id: id, QueueCommand(verb: verb, messages: messages))) == true else {
                return finish(id, .failure(AdminError(.unavailable, "The relay is not running.", hint: "`worker list` says why.")))
            }
            Task {
                try? await Task.sleep(for: Self.patience)
                finish(id, .failure(AdminError(.timedOut, "The relay did not answer in time.")))
            }
        }
        return try result.get()
    }

    /// Takes the relay's answer.
    func commandDone(id: Int64, affected: Int, problem: String?) {
        finish(id, problem.map { .failure(AdminError(.conflict, "The relay could not do it: \($0).")) } ?? .success(affected))
    }

    private func finish(_ id: Int64, _ result: Result<Int, AdminError>) { pending.removeValue(forKey: id)?.resume(returning: result) }

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
