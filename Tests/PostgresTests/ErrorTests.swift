import Postgres
import TestSupport
import Testing

@Suite struct ErrorTests {
    @Test("A violated constraint is told by state, name and table") func uniqueViolation() async throws {
        try await withPool(maximumConnections: 1) { pool in
            try await pool.script("CREATE TABLE u (n int8 CONSTRAINT once UNIQUE)")
            _ = try await pool.query("INSERT INTO u VALUES ($1)", [1])
            let error = await postgresError { _ = try await pool.query("INSERT INTO u VALUES ($1)", [1]) }
            #expect(error?.kind == .server)
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.constraint == "once")
            #expect(error?.table == "u")
            #expect(error?.mayHaveCommitted == false)
            #expect(try await pool.query("SELECT count(*) FROM u").first?.int8(0) == 1, "the connection serves on")
        }
    }

    static let wrongStatements: [(String, SQLState)] = [
        ("SELEC 1", .syntaxError), ("SELECT * FROM nowhere", .undefinedTable), ("SELECT '\u{1}x'::int8", .invalidTextRepresentation),
    ]
    @Test("Wrong statements fail again and again without harm", arguments: wrongStatements)
    func mistakes(sql: String, state: SQLState) async throws {
        try await withPool(maximumConnections: 1) { pool async throws in
            for _ in 0..<3 { #expect(await postgresError { _ = try await pool.query(sql) }?.sqlState == state) }
            #expect(await postgresError { try await pool.script("SELECT 1; " + sql) }?.sqlState == state)
            #expect(try await pool.query("SELECT 1").first?.int8(0) == 1)
            #expect(await pool.connectionCount() == 1)
        }
    }

    @Test("A wrong password is told at once, and neither it nor the right one is shown") func wrongPassword() async throws {
        let cluster = try await TemporaryPostgres.shared()
        try await cluster.administer(
            "CREATE ROLE scram_users; CREATE ROLE ann LOGIN PASSWORD 'right-o''pass\\' IN ROLE scram_users")
        let right = PostgresPool(
            cluster.configuration(database: "postgres", user: "ann", password: "right-o'pass\\"), maximumConnections: 1)
        #expect(try await right.query("SELECT session_user::text").first?.text(0) == "ann")
        await right.close()

        let configuration = cluster.configuration(database: "postgres", user: "ann", password: "wr0ng")
        let wrong = PostgresPool(configuration, maximumConnections: 1)
        let began = ContinuousClock.now
        let error = await postgresError { _ = try await wrong.query("SELECT 1") }
        #expect(ContinuousClock.now - began < .seconds(3))
        #expect(error?.kind == .connection)
        #expect(error?.sqlState == .invalidPassword)
        #expect(error?.mayHaveCommitted == false)
        var shown = "\(configuration) \(String(reflecting: configuration)) \(String(describing: error))"
        dump(configuration, to: &shown)
        #expect(!shown.contains("wr0ng"))
        await wrong.close()
    }

    @Test("A database that does not exist is told at once, by its state") func noDatabase() async throws {
        let cluster = try await TemporaryPostgres.shared()
        let pool = PostgresPool(cluster.configuration(database: "nowhere"), maximumConnections: 1)
        let error = await postgresError { _ = try await pool.query("SELECT 1") }
        #expect(error?.sqlState == .invalidCatalogName)
        #expect(error?.message.contains("nowhere") == true)
        await pool.close()
    }

    @Test("COPY is refused, and the next statement finds a good connection") func copy() async throws {
        try await withPool(maximumConnections: 1) { pool async throws in
            #expect(await postgresError { _ = try await pool.query("COPY (SELECT 1) TO STDOUT") } != nil)
            #expect(await postgresError { try await pool.script("COPY (SELECT 1) TO STDOUT") }?.kind == .usage)
            #expect(try await pool.query("SELECT 1").first?.int4(0) == 1)
        }
    }
}
