import Postgres

/// The database as far as a caller may see and change it: all of it, or the part of one administrator.
///
/// For a part each transaction becomes the role `casella_administrator`, which row-level security holds to that part's rows. So a call
/// that forgets to ask whose something is finds nothing there.
struct AdministeredDatabase: Sendable {
    let pool: PostgresPool
    /// nil: everything.
    var part: AdministeredPart?
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
        guard let part else { return try await pool.query(sql, parameters) }
        let results = try await pool.pipeline([Self.entering(part), PostgresStatement(sql, parameters)])
        guard let last = results.last else { throw PostgresError(kind: .usage, message: "a statement without a result") }
        return last
    }

    /// The same, outside of the part: for what everybody may know of the whole platform.
    nonisolated(nonsending)
        func queryPlatform(_ sql: String, _ parameters: [PostgresValue]) async throws(PostgresError) -> PostgresResult
    {
        var whole = self
        whole.part = nil
        return try await whole.query(sql, parameters)
    }

    /// Runs `body` between BEGIN and COMMIT; rolls back when it throws.
    func transaction<Result: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ body: (PostgresTransaction) async throws -> Result
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
            if let part { _ = try await transaction.pipeline([Self.entering(part)]) }
            return try await body(transaction)
        }
    }

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

    /// Begins a step of a rehearsal, in the caller's part, whatever the step before has left.
    nonisolated(nonsending)
        private func begin(in rehearsal: PostgresTransaction) async throws(PostgresError)
    {
        try await rehearsal.execute(Self.savepoint)
        _ = try await rehearsal.query("SELECT set_config('casella.shows_deleted', '', true)")
        _ = try await rehearsal.pipeline([part.map(Self.entering) ?? Self.leaving])
    }

    /// The rest of the transaction sees everything: for what follows elsewhere from a change in the caller's part.
    func leavePart(in transaction: PostgresTransaction) async throws {
        if part != nil { _ = try await transaction.pipeline([Self.leaving]) }
    }

    /// Ends the transaction of a rehearsal.
    private struct Rehearsed<Result: Sendable>: Error { let result: Result }

    /// The newest of the name is meant, and each is left behind when all is rolled back.
    private static let savepoint = "SAVEPOINT step", backToSavepoint = "ROLLBACK TO SAVEPOINT step"

    private static let leaving = PostgresStatement("SELECT set_config('role', 'none', true)")

    /// All three end with the transaction.
    private static func entering(_ part: AdministeredPart) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT set_config('casella.administered_tenant', $1, true), set_config('casella.administered_domain', $2, true),
                set_config('role', '\(DatabaseRoles.administrator)', true)
            """, [.text(String(part.tenant)), .text(part.domain.map(String.init) ?? "")])
    }
}
