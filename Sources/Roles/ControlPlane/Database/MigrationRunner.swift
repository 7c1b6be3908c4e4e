import Postgres

/// Brings the schema up to date: forward only, in order, each file in a transaction of its own, under an advisory lock, so
/// that two control planes on one database do not get in each other's way.
package struct MigrationRunner: Sendable {
    /// The key of the advisory lock: "casella" in ASCII.
    private static let lockKey: Int64 = 0x6361_7365_6c6c_61
    private let migrations: [Migration]

    package init(_ migrations: [Migration]) { self.migrations = migrations }

    /// - Returns: the names of the migrations that were applied now.
    package func run(on database: PostgresPool) async throws(MigrationError) -> [String] {
        try await inTransaction(database, name: "schema_migrations") { transaction in
            try await transaction.execute(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    version int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
                """)
            try await check(transaction)
        }
        var applied: [String] = []
        for migration in migrations {
            let isNew = try await inTransaction(database, name: migration.name) { transaction in
                guard try await transaction.query("SELECT 1 FROM schema_migrations WHERE version = $1", [.int4(migration.version)]).isEmpty
                else { return false }
                try await transaction.execute(migration.sql)
                _ = try await transaction.query(
                    "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
                    [.int4(migration.version), .text(migration.name), .text(migration.checksum)])
                return true
            }
            if isNew { applied.append(migration.name) }
        }
        return applied
    }

    /// Compares what was applied with the files. Numbers are without gaps, so what is beyond the last file is newer.
    private func check(_ transaction: PostgresTransaction) async throws {
        for row in try await transaction.query("SELECT version, name, checksum FROM schema_migrations ORDER BY version").rows {
            let version = try row.int4(0)
            let name = try row.text(1)
            guard let migration = migrations.first(where: { $0.version == version }) else {
                throw version > (migrations.last?.version ?? 0) ? MigrationError.newerDatabase(name) : .missing(name)
            }
            guard migration.name == name else { throw MigrationError.missing(name) }
            guard migration.checksum == (try row.text(2)) else { throw MigrationError.changed(name) }
        }
    }

    private func inTransaction<Result: Sendable>(
        _ database: PostgresPool, name: String, _ body: (PostgresTransaction) async throws -> Result
    ) async throws(MigrationError) -> Result {
        do {
            return try await database.transaction { transaction in
                _ = try await transaction.query("SELECT pg_advisory_xact_lock($1)", [.int8(Self.lockKey)])
                return try await body(transaction)
            }
        } catch let error as MigrationError {
            throw error
        } catch {
            throw .failed(name, reason: String(describing: error))
        }
    }
}
