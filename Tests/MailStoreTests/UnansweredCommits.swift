import Postgres
import TestSupport

/// Commits that take place and whose answers get lost, as when a connection breaks at just that moment: PostgreSQL waits for a standby
/// that does not exist after it has committed, and before it answers.
extension TestTenant.Server {
    /// From now on no commit of the whole cluster is answered.
    func withholdAnswers() async throws {
        try await cluster.administer("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try await cluster.administer("SELECT pg_reload_conf()")
        // It takes a moment, and is so when one is not answered.
        let probe: Task<Void, any Error> = Task {
            while true { try await cluster.administer("SELECT pg_logical_emit_message(true, 'probe', '')") }
        }
        try await cutUnanswered(of: cluster.superuser)
        _ = await probe.result
    }

    /// Commits are answered again, also those that wait for it.
    func giveAnswers() async throws {
        try await cluster.administer("ALTER SYSTEM RESET synchronous_standby_names")
        try await cluster.administer("SELECT pg_reload_conf()")
    }

    /// Waits for commits that are not answered, and ends their connections.
    func cutUnanswered(of user: String) async throws {
        try await waitFor("wait_event = 'SyncRep'", of: user)
        try await cut("wait_event = 'SyncRep'", of: user)
    }

    /// By asking again and again, since PostgreSQL tells nobody when a session begins to wait.
    func waitFor(_ condition: String, of user: String) async throws {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND \(condition)"
        while try await number(sql, [.text(user)]) == 0 { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Returns when the sessions have ended.
    func cut(_ condition: String, of user: String) async throws {
        _ = try await pool.query(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = $1 AND \(condition)", [.text(user)])
    }
}
