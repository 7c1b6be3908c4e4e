import Postgres
import Runtime
import TestSupport

@testable import ControlPlane

/// Commits that take place and whose answers get lost, as when a connection breaks at just that moment: PostgreSQL waits for a standby that
/// does not exist after it has committed, and before it answers, where a transaction sets `synchronous_commit` to `on`.
@EventLoopActor
enum UnansweredCommits {
    /// Of their own: how it commits is changed.
    private static let cluster = Task {
        let cluster = try await TemporaryPostgres.start()
        try await cluster.administer("ALTER SYSTEM SET synchronous_commit = 'local'")
        try await cluster.administer("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try await cluster.administer("SELECT pg_reload_conf()")
        // It takes a moment, and is so when one is not answered.
        let probe: Task<Void, any Error> = Task {
            while true { try await cluster.administer("SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'probe', '')") }
        }
        let pool = PostgresPool(cluster.configuration(database: "postgres"), maximumConnections: 1)
        try await cut(pool)
        await pool.close()
        _ = await probe.result
        return cluster
    }

    static func platform() async throws -> TestPlatform { try await TestPlatform(on: cluster.value) }

    /// Waits for one, and ends its connection.
    static func cut(_ pool: PostgresPool) async throws {
        let sql = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        while try await pool.query(sql).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    }
}
