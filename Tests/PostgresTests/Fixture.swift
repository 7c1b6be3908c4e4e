import Postgres
import TestSupport

/// A pool on a database of its own.
func withPool<R: Sendable>(
    isolation: isolated (any Actor)? = #isolation, maximumConnections: Int = 4, idleTimeout: Duration = .seconds(5),
    _ body: (PostgresPool) async throws -> R
) async throws -> R {
    let cluster = try await TemporaryPostgres.shared()
    let database = try await cluster.createDatabase()
    let pool = PostgresPool(cluster.configuration(database: database), maximumConnections: maximumConnections, idleTimeout: idleTimeout)
    do {
        let result = try await body(pool)
        await pool.close()
        return result
    } catch {
        await pool.close()
        throw error
    }
}

/// The error that `body` throws; nil when it throws none, or another type's.
func postgresError(_ body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

/// Waits until `condition` holds, for ten seconds at most.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<500 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return false
}
