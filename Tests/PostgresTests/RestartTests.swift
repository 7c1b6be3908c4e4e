import Postgres
import TestSupport
import Testing

@Suite struct RestartTests {
    @Test("After a restart of the server the next statement finds a fresh connection") func restart() async throws {
        let cluster = try await TemporaryPostgres.start()
        let pool = PostgresPool(cluster.configuration(database: "postgres"), maximumConnections: 2, idleTimeout: .seconds(60))
        try await pool.script("CREATE TABLE t (n int8)")
        let insert = "INSERT INTO t VALUES ($1)"
        _ = try await pool.query(insert, [1])
        let stops: [() async throws -> Void] = [{ try await cluster.stopServer() }, { try await cluster.killServer() }]
        for stop in stops {
            try await stop()
            try await cluster.startServer()
            #expect(try await pool.query(insert, [2]).affected == 1)
            #expect(try await pool.transaction { try await $0.query(insert, [3]).affected } == 1)
        }
        #expect(try await pool.query("SELECT count(*) FROM t").first?.int8(0) == 5)
        await pool.close()
        await cluster.remove()
    }

    @Test("While the server is away statements fail unsent; who is patient waits for its return") func away() async throws {
        let cluster = try await TemporaryPostgres.start()
        let hasty = PostgresPool(cluster.configuration(database: "postgres", patience: .zero), maximumConnections: 1)
        let patient = PostgresPool(cluster.configuration(database: "postgres", patience: .seconds(20)), maximumConnections: 1)
        _ = try await hasty.query("SELECT 1")
        _ = try await patient.query("SELECT 1")
        try await cluster.stopServer()
        let error = await postgresError { _ = try await hasty.query("SELECT 1") }
        #expect(error?.kind == .connection)
        #expect(error?.isTransient == true)
        #expect(error?.mayHaveCommitted == false)
        async let answer = patient.query("SELECT 9").first?.int4(0)
        try await Task.sleep(for: .milliseconds(300))
        try await cluster.startServer()
        #expect(try await answer == 9)
        #expect(try await hasty.query("SELECT 1").first?.int4(0) == 1)
        await hasty.close()
        await patient.close()
        await cluster.remove()
    }

    @Test("A connection lost under a statement leaves its outcome open; inside a transaction it does not") func lostInBetween() async throws
    {
        try await withPool(maximumConnections: 3) { pool in
            try await pool.script("CREATE TABLE t (n int8)")
            let terminate = """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()
                """
            let alone = Task { await postgresError { _ = try await pool.query("INSERT INTO t SELECT 1 FROM pg_sleep(20)") } }
            #expect(try await eventually { try await pool.query(terminate).affected > 0 })
            let error = await alone.value
            #expect(error?.kind == .connection)
            #expect(error?.mayHaveCommitted == true)

            let inside = Task {
                await postgresError {
                    try await pool.transaction { _ = try await $0.query("INSERT INTO t SELECT 1 FROM pg_sleep(20)") }
                }
            }
            #expect(try await eventually { try await pool.query(terminate).affected > 0 })
            let inner = await inside.value
            #expect(inner?.kind == .connection)
            #expect(inner?.mayHaveCommitted == false)
            #expect(try await pool.query("SELECT count(*) FROM t").first?.int8(0) == 0)
        }
    }
}
