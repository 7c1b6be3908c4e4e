import MailStore
import Postgres
import Runtime

/// The database as far as a caller may see and change it.
///
/// Each transaction stands behind the call's fence from its beginning. So a call that forgets to ask whose something is finds nothing
/// there, and one that only reads changes nothing. Nobody else has the pool, whose own transactions stand behind none.
struct AdministeredDatabase: Sendable {
    private let pool: PostgresPool
    var fence = DatabaseFence()
    /// Set while a call is only tried: all that it does stands in this one transaction, which is rolled back in the end.
    private(set) var rehearsal: PostgresTransaction?

    private let trials = TrialPlaces()

    init(pool: PostgresPool) { self.pool = pool }

    /// Runs one statement as a transaction of its own.
    nonisolated(nonsending)
        func query(_ sql: String, _ parameters: [PostgresValue] = []) async throws(PostgresError) -> PostgresResult
    {
        if let rehearsal {
            try await begin(in: rehearsal)
            do {
                return try await rehearsal.query(sql, parameters)
            } catch {
                try await rehearsal.execute(Self.backToSavepoint)
                throw error
            }
        }
        guard let entering = fence.entering else { return try await pool.query(sql, parameters) }
        let results = try await pool.pipeline([entering, PostgresStatement(sql, parameters)])
        guard let last = results.last else { throw PostgresError(kind: .usage, message: "a statement without a result") }
        return last
    }

    /// Runs `body` between BEGIN and COMMIT; rolls back when it throws.
    /// - Parameter ofOneMoment: whether all its statements see the database as the first one does; they only read.
    func transaction<Result: Sendable>(
        ofOneMoment: Bool = false, isolation: isolated (any Actor)? = #isolation, _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        if let rehearsal {
            try await begin(in: rehearsal)
            do {
                return try await body(rehearsal)
            } catch {
                try await rehearsal.execute(Self.backToSavepoint)
                throw error
            }
        }
        return try await pool.transaction { transaction in
            // Before any query, or PostgreSQL refuses it.
            if ofOneMoment { _ = try await transaction.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY") }
            if let entering = fence.entering { _ = try await transaction.pipeline([entering]) }
            return try await body(transaction)
        }
    }

    /// Where a tenant's addresses lead, as far as the fence lets it be seen.
    @EventLoopActor func directory(of tenant: Int64) -> Directory { Directory(tenant: tenant, pool: pool, entering: fence.entering) }

    /// Runs `body` on a copy of which nothing stays. A few at a time.
    func rehearsed<Result: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ body: (AdministeredDatabase) async throws -> Result
    ) async throws -> Result {
        await trials.enter()
        do {
            let result = try await rolledBack(body)
            await trials.leave()
            return result
        } catch {
            await trials.leave()
            throw error
        }
    }

    private func rolledBack<Result: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ body: (AdministeredDatabase) async throws -> Result
    ) async throws -> Result {
        do {
            try await pool.transaction { transaction -> Void in
                var copy = self
                copy.rehearsal = transaction
                throw Rehearsed(result: try await body(copy))
            }
            throw PostgresError(kind: .usage, message: "a rehearsal ended by itself")
        } catch let end as Rehearsed<Result> {
            return end.result
        }
    }

    /// Begins a step of a rehearsal, behind the fence, whatever the step before has left.
    nonisolated(nonsending)
        private func begin(in rehearsal: PostgresTransaction) async throws(PostgresError)
    {
        try await rehearsal.execute(Self.savepoint)
        _ = try await rehearsal.query("SELECT set_config('casella.shows_deleted', '', true)")
        _ = try await rehearsal.pipeline([fence.entering ?? DatabaseFence.leaving])
    }

    /// The rest of the transaction sees everything: for what follows elsewhere from a change in the caller's part. The calls that do so
    /// are few, and `FencedCallsTests` has the reason of each.
    func leavePart(in transaction: PostgresTransaction) async throws {
        if fence.reach != .platform { _ = try await transaction.pipeline([DatabaseFence.leaving]) }
    }

    /// Ends the transaction of a rehearsal.
    private struct Rehearsed<Result: Sendable>: Error { let result: Result }

    /// The newest of the name is meant, and each is left behind when all is rolled back.
    private static let savepoint = "SAVEPOINT step", backToSavepoint = "ROLLBACK TO SAVEPOINT step"
}
