import Postgres
import Testing

@Suite struct PipelineTests {
    @Test("A pipeline answers in order, with counts") func order() async throws {
        try await withPool { pool in
            try await pool.script("CREATE TABLE t (n int8)")
            let results = try await pool.pipeline([
                PostgresStatement("INSERT INTO t SELECT generate_series(1, $1)", [10]),
                PostgresStatement("UPDATE t SET n = n + 1 WHERE n > $1", [4]),
                PostgresStatement("SELECT n FROM t ORDER BY n"),
                PostgresStatement("DELETE FROM t"),
            ])
            #expect(results.map(\.affected) == [10, 6, 10, 10])
            #expect(try results[2].rows.map { try $0.int8(0) } == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11])
            #expect(try await pool.pipeline([]).isEmpty)
        }
    }

    @Test("When one statement fails none takes effect, and the error says which") func atomicity() async throws {
        try await withPool { pool in
            try await pool.script("CREATE TABLE t (n int8 PRIMARY KEY)")
            let insert = "INSERT INTO t VALUES ($1)"
            let error = await postgresError {
                _ = try await pool.pipeline([.init(insert, [1]), .init(insert, [2]), .init(insert, [1]), .init("SELECT never_prepared()")])
            }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.statement == 2)
            #expect(try await pool.query("SELECT count(*) FROM t").first?.int8(0) == 0)
            #expect(try await pool.pipeline([.init(insert, [1]), .init(insert, [2])]).count == 2)
        }
    }

    @Test("A constraint that is checked at the commit undoes the pipeline too") func deferredConstraint() async throws {
        try await withPool(maximumConnections: 1) { pool in
            try await pool.script("CREATE TABLE t (n int8 UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            let insert = "INSERT INTO t VALUES ($1)"
            let error = await postgresError { _ = try await pool.pipeline([.init(insert, [1]), .init(insert, [1])]) }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.mayHaveCommitted == false)
            #expect(try await pool.query("SELECT count(*) FROM t").first?.int8(0) == 0)
            #expect(await pool.connectionCount() == 1)
        }
    }

    @Test("Megabytes in both directions do not block each other") func bothDirections() async throws {
        try await withPool { pool in
            let statements = (0..<400).map { number in
                PostgresStatement(
                    "SELECT $1::bytea, $2::int8", [.bytea([UInt8](repeating: 7, count: 20_000)), .int8(Int64(number))])
            }
            let results = try await pool.pipeline(statements)
            #expect(results.count == 400)
            for (number, result) in results.enumerated() {
                #expect(try result.first?.int8(1) == Int64(number))
                #expect(try result.first?.bytes(0).count == 20_000)
            }
        }
    }

    @Test("More statements than the cache holds are prepared again, and the server keeps no more") func manyStatements() async throws {
        try await withPool(maximumConnections: 1) { pool async throws in
            for round in 0..<2 {
                for number in 0..<300 {
                    let row = try #require(await pool.query("SELECT $1::int8 + \(number)", [.int8(Int64(round))]).first)
                    #expect(try row.int8(0) == Int64(number + round))
                }
            }
            #expect(try await pool.query("SELECT count(*) FROM pg_prepared_statements").first?.int8(0) ?? 999 <= 258)
            #expect(try await pool.pipeline((0..<700).map { PostgresStatement("SELECT \($0)") }).count == 700)
            #expect(try await pool.query("SELECT 1").first?.int4(0) == 1)
            #expect(try await pool.query("SELECT count(*) FROM pg_prepared_statements").first?.int8(0) ?? 999 <= 258)
        }
    }

    @Test("A statement survives a change of its table's columns") func changedTable() async throws {
        try await withPool(maximumConnections: 1) { pool in
            try await pool.script("CREATE TABLE t (a int8); INSERT INTO t VALUES (1)")
            #expect(try await pool.query("SELECT * FROM t").first?.columnCount == 1)
            try await pool.script("ALTER TABLE t ADD COLUMN b text DEFAULT 'x'")
            #expect(try await pool.query("SELECT * FROM t").first?.text(1) == "x")
            #expect(try await pool.query("SELECT * FROM t").first?.text(1) == "x")
        }
    }

    @Test("A script that drops all prepared statements does no harm") func deallocateAll() async throws {
        try await withPool(maximumConnections: 1) { pool in
            #expect(try await pool.query("SELECT 7").first?.int4(0) == 7)
            try await pool.script("DEALLOCATE ALL")
            #expect(try await pool.query("SELECT 7").first?.int4(0) == 7)
        }
    }
}
