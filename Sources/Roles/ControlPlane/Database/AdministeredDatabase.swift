import Postgres

/// The database as far as a caller may see and change it: all of it, or the part of one administrator.
///
/// For a part each transaction becomes the role `casella_administrator`, which row-level security holds to that part's rows. So a call
/// that forgets to ask whose something is finds nothing there.
struct AdministeredDatabase: Sendable {
    let pool: PostgresPool
    /// nil: everything.
    var part: AdministeredPart?

    /// Runs one statement as a transaction of its own.
    nonisolated(nonsending)
        func query(_ sql: String, _ parameters: [PostgresValue] = []) async throws(PostgresError) -> PostgresResult
    {
        guard let part else { return try await pool.query(sql, parameters) }
        let results = try await pool.pipeline([Self.entering(part), PostgresStatement(sql, parameters)])
        guard let last = results.last else { throw PostgresError(kind: .usage, message: "a statement without a result") }
        return last
    }

    /// Runs `body` between BEGIN and COMMIT; rolls back when it throws.
    func transaction<Result: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        try await pool.transaction { transaction in
            if let part { _ = try await transaction.pipeline([Self.entering(part)]) }
            return try await body(transaction)
        }
    }

    /// The rest of the transaction sees everything: for what follows elsewhere from a change in the caller's part.
    func leavePart(in transaction: PostgresTransaction) async throws {
        if part != nil { _ = try await transaction.query("SELECT set_config('role', 'none', true)") }
    }

    /// All three end with the transaction.
    private static func entering(_ part: AdministeredPart) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT set_config('casella.administered_tenant', $1, true), set_config('casella.administered_domain', $2, true),
                set_config('role', '\(DatabaseRoles.administrator)', true)
            """, [.text(String(part.tenant)), .text(part.domain.map(String.init) ?? "")])
    }
}
