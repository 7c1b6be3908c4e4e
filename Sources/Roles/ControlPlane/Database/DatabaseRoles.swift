import Cryptography
import Postgres
import Supervision

/// The roles of the database and their passwords. Names that stand in statements here are made of letters, digits and underscores only;
/// of a password there stands what verifies it.
struct DatabaseRoles: Sendable {
    static let control = "casella_control"
    static let relay = "casella_relay"
    static let tenants = "casella_tenant"
    /// What a transaction in the name of an administrator of a part becomes; nobody logs in as it.
    static let administrator = "casella_administrator"
    /// The same in the name of an auditor.
    static let auditor = "casella_auditor"
    /// Beyond what a worker opens, with room for the one before it whose backends are still ending.
    private static let connectionsPerTenant = 8
    /// The limits are for a worker that hangs or was stopped; where the server lacks `casella_fence`, an intruder may set all of them
    /// otherwise. What none may: `EmbeddedPostgres`, temporary files.
    ///
    /// All statements of a worker go by keys, so each is planned once and for all. PostgreSQL would plan most of them at every execution,
    /// since it takes an array that it sees for shorter than one that it does not; that costs more than running them. A plan that was made
    /// while a table was small must do when it is large, so no table is read as a whole and none hashed.
    private static let settings = [
        ("statement_timeout", "300s"), ("lock_timeout", "60s"), ("idle_in_transaction_session_timeout", "60s"),
        ("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off"), ("enable_hashjoin", "off"), ("enable_mergejoin", "off"),
    ]

    let secrets: Secrets

    private func verifier(_ secret: String) throws(CryptographyError) -> String { try ScramVerifier(randomSecret: secret).text }

    static func name(of tenant: Int64) -> String { "casella_t\(tenant)" }

    /// As superuser of the embedded server: the owner of the schema, and its database.
    func prepareEmbedded(_ superuser: PostgresPool, database: String) async throws {
        let exists = try await superuser.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [.text(Self.control)])
        let verb = exists.isEmpty ? "CREATE" : "ALTER"
        let password = try verifier(secrets.control)
        _ = try await superuser.query("\(verb) ROLE \(Self.control) LOGIN CREATEROLE NOSUPERUSER PASSWORD '\(password)'")
        if try await superuser.query("SELECT 1 FROM pg_database WHERE datname = $1", [.text(database)]).isEmpty {
            _ = try await superuser.query("CREATE DATABASE \(database) OWNER \(Self.control)")
        }
        // PUBLIC may connect to these otherwise, and a tenant's role could fill the disk there with temporary tables.
        _ = try await superuser.query("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
    }

    func setRelayPassword(_ database: PostgresPool) async throws {
        _ = try await database.query("ALTER ROLE \(Self.relay) LOGIN PASSWORD '\(try verifier(secrets.relay))'")
    }

    /// Inside the transaction that makes the tenant. The role may be there already, from a database that was restored, or with a
    /// password and settings that somebody gave it who had logged in as it: PostgreSQL lets every role change its own.
    func make(for tenant: Int64, in transaction: PostgresTransaction) async throws {
        let name = Self.name(of: tenant)
        let exists = try await transaction.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [.text(name)])
        let verb = exists.isEmpty ? "CREATE" : "ALTER"
        let password = try verifier(secrets.tenantPassword(role: name))
        try await transaction.execute(
            "\(verb) ROLE \(name) LOGIN CONNECTION LIMIT \(Self.connectionsPerTenant) PASSWORD '\(password)';"
                + "GRANT \(Self.tenants) TO \(name); ALTER ROLE \(name) RESET ALL;"
                + Self.settings.map { "ALTER ROLE \(name) SET \($0) = '\($1)'" }.joined(separator: ";"))
    }

    func drop(for tenant: Int64, in transaction: PostgresTransaction) async throws {
        try await transaction.execute("DROP ROLE IF EXISTS \(Self.name(of: tenant))")
    }

    /// Makes the roles of tenants that lack theirs, as after a restore into a new server, or whose role is not as it was made.
    func restoreMissing(_ database: PostgresPool) async throws -> Int {
        let missing = try await database.query(
            """
            SELECT t.tenant_id FROM tenants t WHERE NOT EXISTS (
                SELECT FROM pg_roles r JOIN pg_db_role_setting s ON s.setrole = r.oid AND s.setdatabase = 0
                WHERE r.rolname = 'casella_t' || t.tenant_id AND r.rolconnlimit = $1 AND s.setconfig = $2::text[])
            """,
            [.int4(Int32(Self.connectionsPerTenant)), .textArray(Self.settings.map { "\($0)=\($1)" })])
        for row in missing.rows {
            let tenant = try row.int8(0)
            try await database.transaction { transaction in try await make(for: tenant, in: transaction) }
        }
        return missing.rows.count
    }
}
