import Postgres
import TestSupport
import Testing

@Suite struct PoolTests {
    @Test("No more connections than allowed are opened, and all who wait are served") func maximum() async throws {
        try await withPool(maximumConnections: 3) { pool in
            let seen = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<60 { group.addTask { try await pool.query("SELECT pg_backend_pid(), pg_sleep(0.005)").rows[0].int4(0) } }
                return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
            }
            #expect(seen.count <= 3)
            #expect(await pool.connectionCount() <= 3)
            let load = await pool.load()
            #expect(load.open <= 3 && load.waiting == 0 && (57...60).contains(load.waits))
        }
    }

    @Test("Idle connections are really closed, and opened again for new work") func idleTimeout() async throws {
        try await withPool(maximumConnections: 2, idleTimeout: .milliseconds(200)) { pool in
            let process = try await pool.query("SELECT pg_backend_pid()").rows[0].int4(0)
            #expect(try await pool.query("SELECT pg_backend_pid()").rows[0].int4(0) == process)
            #expect(try await eventually { await pool.connectionCount() == 0 })
            let cluster = try await TemporaryPostgres.shared()
            let other = PostgresPool(cluster.configuration(database: "postgres"), maximumConnections: 1)
            #expect(
                try await eventually {
                    try await other.query("SELECT 1 FROM pg_stat_activity WHERE pid = $1", [.int4(process)]).isEmpty
                })
            await other.close()
            #expect(try await pool.query("SELECT pg_backend_pid()").rows[0].int4(0) != process)
        }
    }

    /// Takes a connection and keeps it until told.
    private func holder(_ pool: PostgresPool) async -> (task: Task<Int32, any Error>, letGo: AsyncStream<Void>.Continuation) {
        let (held, hold) = AsyncStream.makeStream(of: Void.self)
        let (gate, letGo) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await pool.transaction { transaction in
                _ = try await transaction.query("SELECT 1")
                hold.finish()
                for await _ in gate {}
                return try await transaction.query("SELECT 5").rows[0].int4(0)
            }
        }
        for await _ in held {}
        return (task, letGo)
    }

    @Test("Who waits for a connection can give up; the others are served") func cancelledWaiter() async throws {
        try await withPool(maximumConnections: 1) { pool async throws in
            let (task, letGo) = await holder(pool)
            let impatient = Task { try await pool.query("SELECT 1") }
            let patient = Task { try await pool.query("SELECT 2").rows[0].int4(0) }
            try await Task.sleep(for: .milliseconds(50))
            impatient.cancel()
            #expect(await postgresError { _ = try await impatient.value }?.kind == .cancelled)
            letGo.finish()
            #expect(try await patient.value == 2)
            #expect(try await task.value == 5)
        }
    }

    @Test("A task cancelled during its statement gets the outcome, and the connection stays good") func cancelledStatement() async throws {
        try await withPool(maximumConnections: 1) { pool in
            let task = Task { try await pool.query("SELECT 3, pg_sleep(0.1)").rows[0].int4(0) }
            try await Task.sleep(for: .milliseconds(30))
            task.cancel()
            #expect(try await task.value == 3)
            #expect(try await pool.query("SELECT 4").rows[0].int4(0) == 4)
        }
    }

    @Test("A closed pool finishes the work in hand and refuses new work") func closing() async throws {
        try await withPool(maximumConnections: 1) { pool async throws in
            let (task, letGo) = await holder(pool)
            let closed = Task { await pool.close() }
            #expect(try await eventually { await postgresError { _ = try await pool.query("SELECT 1") }?.kind == .usage })
            letGo.finish()
            #expect(try await task.value == 5)
            await closed.value
            #expect(await pool.connectionCount() == 0)
        }
    }

    @Test("A role sees its own rows only, whatever it sets") func rowSecurity() async throws {
        let cluster = try await TemporaryPostgres.shared()
        let database = try await cluster.createDatabase()
        try await cluster.administer(
            """
            CREATE ROLE fence NOLOGIN; CREATE ROLE fence_t1 LOGIN IN ROLE fence; CREATE ROLE fence_t2 LOGIN IN ROLE fence;
            CREATE FUNCTION me() RETURNS bigint STABLE LANGUAGE sql RETURN substring(session_user FROM '^fence_t([0-9]+)$')::bigint;
            CREATE TABLE rows (tenant_id bigint NOT NULL, data text NOT NULL);
            ALTER TABLE rows ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY own ON rows TO fence USING (tenant_id = (SELECT me()));
            GRANT SELECT, INSERT ON rows TO fence;
            INSERT INTO rows VALUES (1, 'one'), (2, 'two');
            """, database: database)
        let pool = PostgresPool(cluster.configuration(database: database, user: "fence_t1"), maximumConnections: 1)
        #expect(try await pool.query("SELECT data FROM rows").rows.map { try $0.text(0) } == ["one"])
        let foreign = await postgresError { _ = try await pool.query("INSERT INTO rows VALUES (2, 'mine')") }
        #expect(foreign?.sqlState == .insufficientPrivilege)
        #expect(await postgresError { try await pool.script("SET ROLE fence_t2") }?.sqlState == .insufficientPrivilege)
        await pool.close()
    }
}
