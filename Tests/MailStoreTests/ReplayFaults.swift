import Postgres
import TestSupport

/// How a replay of the blob log is disturbed.
enum ReplayFault: String, CaseIterable, Sendable {
    /// The worker dies before a commit.
    case cut
    /// A commit takes place, its answer is lost, and the worker dies.
    case dies
    /// The answer is lost, and the worker goes on.
    case lives
}

/// A server whose commits are numbered and can be disturbed: each transaction of a replay changes the tenant's lease.
extension TestTenant.Server {
    static func disturbable() async throws -> TestTenant.Server {
        let cluster = try await TemporaryPostgres.start()
        let server = try await start(on: cluster)
        // Commits wait for a standby that does not exist, so their answers can be lost, where a session asks for it.
        try await cluster.administer("ALTER SYSTEM SET synchronous_commit = 'local'")
        try await cluster.administer("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try await cluster.administer("SELECT pg_reload_conf()")
        let probe: Task<Void, any Error> = Task {
            while true { try await cluster.administer("SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'probe', '')") }
        }
        try await server.cutUnanswered(of: cluster.superuser)
        _ = await probe.result
        try await server.pool.script("""
            CREATE SEQUENCE replay_commits;
            GRANT SELECT, USAGE ON replay_commits TO PUBLIC;
            CREATE FUNCTION disturb_replay() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                victim bigint := TG_ARGV[0];
                fault text := TG_ARGV[1];
                number bigint;
            BEGIN
                -- Who takes the lease, or fences it; a worker that has died does not.
                IF NEW.epoch <> OLD.epoch THEN
                    RETURN CASE WHEN fault = 'dies' AND (SELECT is_called AND last_value >= victim FROM replay_commits)
                        THEN NULL ELSE NEW END;
                END IF;
                number := nextval('replay_commits');
                -- More rows gather meanwhile than one transaction takes, so that it ends within a message.
                IF number = 1 AND victim BETWEEN 2 AND 4 THEN PERFORM pg_sleep(1.5); END IF;
                IF number > victim AND fault <> 'lives' OR number = victim AND fault = 'cut' THEN RETURN NULL; END IF;
                IF number = victim THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
                RETURN NEW;
            END $$
            """)
        return server
    }

    /// From here on commits are counted, and the one with this number is disturbed. A lease that cannot be changed is as good as lost.
    func disturb(commit number: Int, _ fault: ReplayFault) async throws {
        try await pool.script("""
            ALTER SEQUENCE replay_commits RESTART;
            CREATE TRIGGER disturb_replay BEFORE UPDATE ON leases FOR EACH ROW
                EXECUTE FUNCTION disturb_replay('\(number)', '\(fault.rawValue)')
            """)
    }

    /// - Returns: how many commits there were.
    func leaveAlone() async throws -> Int {
        try await pool.script("DROP TRIGGER disturb_replay ON leases")
        return Int(try await number("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM replay_commits", []))
    }
}
