import Postgres
import Runtime

/// The tenant's connections, with errors as the store tells them. Calls stay on the caller's executor.
struct Database: Sendable {
    let pool: PostgresPool
    /// What the transactions of `query` and `queries` begin with.
    var entering: PostgresStatement?

    /// How often what reads, or is harmless to repeat, is tried when a connection breaks.
    private static let attempts = 4

    /// Runs a statement that is harmless to repeat: a query, or a change to a fixed value.
    nonisolated(nonsending) func query(_ sql: String, _ parameters: [PostgresValue] = []) async throws(StoreError) -> PostgresResult {
        guard let result = try await queries([PostgresStatement(sql, parameters)]).first else {
            throw .unavailable(reason: "incomplete answer")
        }
        return result
    }

    /// Several such statements in one round trip, of one moment as far as PostgreSQL's isolation goes. As many results as statements.
    nonisolated(nonsending) func queries(_ statements: [PostgresStatement]) async throws(StoreError) -> [PostgresResult] {
        var attempt = 1
        while true {
            do {
                let first = entering.map { [$0] } ?? []
                let results = try await pool.pipeline(first + statements)
                guard results.count == first.count + statements.count else { throw StoreError.unavailable(reason: "incomplete answer") }
                return first.isEmpty ? results : Array(results.dropFirst(first.count))
            } catch let error as PostgresError {
                guard error.isTransient || error.mayHaveCommitted, attempt < Self.attempts else { throw StoreError(error) }
                await EventLoopActor.sleep(for: .milliseconds(20 << attempt))
                attempt += 1
            } catch {
                throw .unavailable(reason: "\(error)")
            }
        }
    }
}

extension StoreError {
    init(_ error: PostgresError) {
        self = .unavailable(reason: error.description)
    }

    /// Runs a body that reads columns.
    static func reading<Value>(_ body: () throws(PostgresError) -> Value) throws(StoreError) -> Value {
        do {
            return try body()
        } catch {
            throw StoreError(error)
        }
    }
}
