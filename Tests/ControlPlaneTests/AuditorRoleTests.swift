import Postgres
import Testing

/// What the roles let be done that the control plane becomes in others' names, asked of the catalogue: a later table is asked too.
extension RowSecurityTests {
    @Test("An auditor's role may write nothing, and run nothing that writes with others' rights") func auditorWritesNothing() async throws {
        let fixture = try await Fixture()
        let rights = try await fixture.owner.query(
            """
            SELECT c.relname || ' ' || r
            FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS r
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND (has_table_privilege('casella_auditor', c.oid, r)
                    OR r IN ('INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege('casella_auditor', c.oid, r))
            UNION ALL
            SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege('casella_auditor', c.oid, 'USAGE, UPDATE') ELSE false END
            UNION ALL
            -- One that is not volatile cannot write.
            SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef AND provolatile = 'v'
                AND has_function_privilege('casella_auditor', oid, 'EXECUTE')
            UNION ALL
            SELECT r.rolname FROM pg_roles r WHERE r.rolname <> 'casella_auditor' AND pg_has_role('casella_auditor', r.oid, 'MEMBER')
            """)
        #expect(try rights.rows.map { try $0.text(0) } == [])
        let role = "FROM pg_roles WHERE rolname = 'casella_auditor'"
        #expect(try await fixture.owner.query("SELECT rolcanlogin OR rolbypassrls OR rolsuper \(role)").first?.bool(0) == false)
        await fixture.close()
    }

    /// Columns of the tables, and no word of what is in mail.
    private static let secrets = "hash|secret|digest|private|token|inverse|applied$|blob|structure|flags|keywords|subject$"

    @Test("An auditor's role reads all tenants, without what is deleted, and no secret") func auditorReads() async throws {
        let fixture = try await Fixture()
        func audits(_ sql: String) async throws -> PostgresResult {
            try await fixture.control.transaction { transaction in
                _ = try await transaction.query("SELECT set_config('role', 'casella_auditor', true)")
                return try await transaction.query(sql)
            }
        }
        let shown = try await fixture.owner.query(
            """
            SELECT relname || '.' || attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
                AND has_column_privilege('casella_auditor', attrelid, attnum, 'SELECT') AND attname ~ '\(Self.secrets)'
            ORDER BY 1
            """)
        let told = ["vacations.subject"]  // what the user has everybody told who writes
        #expect(try shown.rows.map { try $0.text(0) } == told)
        for table in ["tenants", "domains", "users", "aliases", "app_passwords", "messages", "queue_messages", "holds", "dkim_keys"] {
            let found = try await audits("SELECT DISTINCT tenant_id FROM \(table) ORDER BY 1").rows.map { try $0.int8(0) }
            #expect(found == fixture.tenants.sorted(), "\(table)")
        }
        try await fixture.owner.script("UPDATE domains SET deleted_at = now() WHERE domain_id = \(fixture.tenants[0])")
        #expect(try await audits("SELECT 1 FROM domains").rows.count == 1)
        #expect(try await audits("SELECT 1 FROM domain_aliases").rows.count == 1)
        for statement in [
            "UPDATE users SET suspended = '{}'", "DELETE FROM aliases", "INSERT INTO plans (name) VALUES ('more')",
            "SELECT hash FROM credentials", "SELECT * FROM messages", "SELECT 1 FROM administrator_sessions", "TRUNCATE audit_log",
            "SELECT names_taken(ARRAY['x.example'])", "SELECT 1 FROM room_in_plan(\(fixture.tenants[0]), 'users')",
        ] {
            let error = await #expect(throws: PostgresError.self) { _ = try await audits(statement) }
            #expect(error?.sqlState == .insufficientPrivilege, "\(statement)")
        }
        await fixture.close()
    }

    @Test("The role of a part's administrator sees the rows of its tenant alone, in every table") func administratorsRows() async throws {
        let fixture = try await Fixture()
        for table in fixture.tables {
            do {
                let seen = try await fixture.administers("SELECT DISTINCT tenant_id FROM \(table)").rows.map { try $0.int8(0) }
                #expect(seen == [fixture.tenants[0]], "\(table)")
            } catch {
                #expect((error as? PostgresError)?.sqlState == .insufficientPrivilege, "\(table): \(error)")
                let closed = [
                    "deliveries", "held_messages", "leases", "mailbox_counters", "mailboxes", "messages", "subscriptions",
                    "vacation_replies",
                ]
                #expect(closed.contains(table), "\(table)")
            }
        }
        // Nor of tables that are no tenant's, but for what is its own.
        for table in ["plans", "certificates", "domain_names", "schema_migrations"] {
            let error = await #expect(throws: PostgresError.self) { _ = try await fixture.administers("SELECT 1 FROM \(table)") }
            #expect(error?.sqlState == .insufficientPrivilege, "\(table)")
        }
        await fixture.close()
    }
}
