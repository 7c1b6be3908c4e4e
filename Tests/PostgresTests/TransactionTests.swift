import Postgres
import Testing

@Suite struct TransactionTests {
    private struct Refusal: Error {}

    private func count(_ pool: PostgresPool) async throws -> Int64 {
        try await pool.query("SELECT count(*) FROM t").rows[0].int8(0)
    }

    @Test("What its body wrote is there when it returns, and gone when it throws") func commitAndRollback() async throws {
        try await withPool { pool in
            try await pool.script("CREATE TABLE t (n int8)")
            let value = try await pool.transaction { transaction in
                _ = try await transaction.query("INSERT INTO t VALUES (1)")
                _ = try await transaction.pipeline([.init("INSERT INTO t VALUES (2)"), .init("INSERT INTO t VALUES (3)")])
                try await transaction.execute("INSERT INTO t VALUES (4); INSERT INTO t VALUES (5)")
                return try await transaction.query("SELECT count(*) FROM t").rows[0].int8(0)
            }
            #expect(value == 5)
            #expect(try await count(pool) == 5)
            await #expect(throws: Refusal.self) {
                try await pool.transaction { transaction in
                    try await transaction.execute("DELETE FROM t")
                    throw Refusal()
                }
            }
            #expect(try await count(pool) == 5)
            #expect(await pool.connectionCount() == 1)
        }
    }

    @Test("A body that overlooks a failed statement does not pass for committed") func overlookedFailure() async throws {
        try await withPool { pool in
            try await pool.script("CREATE TABLE t (n int8 PRIMARY KEY)")
            let error = await postgresError {
                try await pool.transaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try? await transaction.query("INSERT INTO t VALUES (1)")
                }
            }
            #expect(error?.sqlState == .inFailedTransaction)
            #expect(try await count(pool) == 0)
        }
    }

    @Test("A failure in the first pipeline, which BEGIN goes with, counts statements from 0") func firstPipelineFails() async throws {
        try await withPool { pool async throws in
            let error = await postgresError {
                try await pool.transaction { transaction in
                    _ = try await transaction.pipeline([.init("SELECT 1"), .init("SELECT 1/0")])
                }
            }
            #expect(error?.statement == 1)
            #expect(try await pool.query("SELECT 1").first?.int4(0) == 1)
        }
    }

    @Test("A deferred constraint refuses the COMMIT") func deferredConstraint() async throws {
        try await withPool { pool in
            try await pool.script("CREATE TABLE t (n int8 UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            let error = await postgresError {
                try await pool.transaction { try await $0.execute("INSERT INTO t VALUES (1), (1)") }
            }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(try await count(pool) == 0)
            #expect(await pool.connectionCount() == 1)
        }
    }

    @Test("After its end a transaction is not usable, and an empty one asks the server nothing") func afterTheEnd() async throws {
        try await withPool { pool in
            let kept = try await pool.transaction { $0 }
            #expect(await postgresError { _ = try await kept.query("SELECT 1") }?.kind == .usage)
            let other = try await pool.transaction { transaction in
                let error = await postgresError { try await kept.execute("SELECT 1") }
                _ = try await transaction.query("SELECT 1")
                return error
            }
            #expect(other?.kind == .usage)
        }
    }

    @Test("Statements asked for at once take turns") func concurrentUse() async throws {
        try await withPool { pool in
            let sum = try await pool.transaction { transaction in
                try await withThrowingTaskGroup(of: Int64.self) { group in
                    for number in 0..<20 {
                        group.addTask { try await transaction.query("SELECT $1::int8", [.int8(Int64(number))]).rows[0].int8(0) }
                    }
                    return try await group.reduce(0, +)
                }
            }
            #expect(sum == 190)
        }
    }

    @Test("The body runs where it was written") @MainActor func isolation() async throws {
        try await withPool { pool in
            try await pool.transaction { transaction in
                MainActor.preconditionIsolated()
                _ = try await transaction.query("SELECT 1")
                MainActor.preconditionIsolated()
            }
        }
    }
}
