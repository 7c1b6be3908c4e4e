import ControlPlane
import Postgres
import Testing
import TestSupport

/// What holds for every table that has tenants' rows, asked from the catalogue: new tables are held to it too.
@Suite("Row-level security", .serialized) struct RowSecurityTests {
    /// Two tenants with a row in every table, and a login for each.
    struct Fixture {
        let owner: PostgresPool
        let workers: [PostgresPool]
        let tenants: [Int64]
        let tables: [String]
        let relay: PostgresPool
        let control: PostgresPool

        init() async throws {
            let server = try await TemporaryPostgres.shared()
            let name = try await server.createDatabase()
            func pool(_ user: String?) -> PostgresPool {
                PostgresPool(server.configuration(database: name, user: user), maximumConnections: 1)
            }
            owner = pool(nil)
            _ = try await MigrationRunner(Migration.load(from: TemporaryPostgres.migrationsDirectory)).run(on: owner)
            try await server.numberTenantsApart(in: name)
            tables = try await owner.query(
                """
                SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
                """
            ).rows.map { try $0.text(0) }
            let made = try await owner.query("INSERT INTO tenants (name) VALUES ('alpha'), ('beta') RETURNING tenant_id")
            tenants = try made.rows.map { try $0.int8(0) }
            for tenant in tenants {
                let role = "casella_t\(tenant)"
                if try await owner.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [.text(role)]).isEmpty {
                    try await owner.script("CREATE ROLE \(role) LOGIN")
                }
                try await owner.script("GRANT casella_tenant TO \(role)")
                try await Self.fill(owner, tenant)
            }
            workers = tenants.map { pool("casella_t\($0)") }
            (relay, control) = (pool("casella_relay"), pool("casella_control"))
        }

        /// A row of the tenant in every table; the user's, domain's and mailbox's numbers are the tenant's.
        static func fill(_ database: PostgresPool, _ t: Int64) async throws {
            try await database.script(
                """
                INSERT INTO leases VALUES (\(t), 0); INSERT INTO mailbox_counters VALUES (\(t), \(t));
                INSERT INTO domains (tenant_id, domain_id, name) VALUES (\(t), \(t), 'd\(t).example');
                INSERT INTO users (tenant_id, user_id, domain_id, local_part)
                    VALUES (\(t), \(t), \(t), 'ann'), (\(t), \(t) + 1000, \(t), 'bob');
                INSERT INTO sending VALUES (\(t), \(t), now(), 1, now(), 1);
                INSERT INTO credentials VALUES (\(t), \(t), 'hash');
                INSERT INTO old_credentials VALUES (\(t), \(t), 'hash');
                INSERT INTO one_time_passwords VALUES (\(t), \(t), 'x');
                INSERT INTO familiar_networks VALUES (\(t), \(t), '192.0.2.0/24');
                INSERT INTO logins VALUES (\(t), \(t), current_date, 'imap', '192.0.2.7', '', now(), now(), 1);
                INSERT INTO domain_claims (tenant_id, name) VALUES (\(t), 'claimed.example');
                INSERT INTO app_passwords VALUES (\(t), \(t), 'phone', 'x', ARRAY['imap']);
                INSERT INTO aliases VALUES (\(t), \(t), 'info', 'ann@d\(t).example');
                INSERT INTO shared_access VALUES (\(t), \(t) + 1000, \(t), 'read');
                INSERT INTO vacations VALUES (\(t), \(t), 'Away', 'Back soon');
                INSERT INTO vacation_replies VALUES (\(t), \(t), sha256('x'));
                INSERT INTO user_forwards VALUES (\(t), \(t), ARRAY['bob@d\(t).example']);
                INSERT INTO groups (tenant_id, domain_id, local_part) VALUES (\(t), \(t), 'team');
                INSERT INTO group_members VALUES (\(t), \(t), 'team', 'ann@d\(t).example');
                INSERT INTO kept_addresses (tenant_id, domain_id, local_part, kind, targets, deleted_by)
                    VALUES (\(t), \(t), 'old', 'alias', ARRAY['ann@d\(t).example'], 'root');
                INSERT INTO domain_aliases VALUES (\(t), \(t), 'also.d\(t).example');
                INSERT INTO dkim_keys VALUES (\(t), \(t), 'may', 'rsa-sha256', 'x', 'x');
                INSERT INTO dkim_keys (tenant_id, domain_id, alias, selector, algorithm, private_key, public_key)
                    VALUES (\(t), \(t), 'also.d\(t).example', 'may', 'rsa-sha256', 'x', 'x');
                INSERT INTO tenant_usage VALUES (\(t), 30, 3); INSERT INTO domain_usage VALUES (\(t), \(t), 30, 3);
                INSERT INTO user_usage VALUES (\(t), \(t), 10, 1), (\(t), \(t) + 1000, 20, 2);
                INSERT INTO mailboxes (tenant_id, mailbox_id, user_id, name, uidvalidity) VALUES (\(t), \(t), \(t), 'INBOX', 1);
                INSERT INTO quota_warnings VALUES (\(t), 'user', \(t), 'bytes', 80, 0, 'mailed');
                INSERT INTO subscriptions VALUES (\(t), \(t), 'INBOX');
                INSERT INTO messages (tenant_id, mailbox_id, uid, modseq, internal_date, size, blob_segment, blob_offset, blob_length)
                    VALUES (\(t), \(t), 1, 1, now(), 10, 0, 0, 10);
                INSERT INTO deliveries VALUES (\(t), \(t), decode('000102030405060708090a0b0c0d0e0f', 'hex'));
                INSERT INTO holds (tenant_id, user_id, reason, set_by) VALUES (\(t), \(t) + 1000, 'lawsuit', 'root');
                INSERT INTO held_messages VALUES (\(t), \(t), \(t), 9, 'INBOX', 0, '{}', now(), now(), 10, 0, 0, 10);
                INSERT INTO queue_messages (tenant_id, queue_id, delivery_id, reverse_path, blob_segment, blob_offset,
                    blob_length, size, expires_at) VALUES (\(t), \(t), 'x', '', 0, 0, 1, 1, now());
                INSERT INTO queue_recipients (tenant_id, queue_id, recipient_id, address)
                    VALUES (\(t), \(t), 1, 'x@else.example')
                """)
        }

        func close() async {
            for pool in workers + [owner, relay, control] { await pool.close() }
        }
    }

    @Test("Every table with tenants' rows has row-level security on, and forced, and begins its key with the tenant") func forced()
        async throws
    {
        let fixture = try await Fixture()
        #expect(fixture.tables.count >= 14)
        let weak = try await fixture.owner.query(
            """
            SELECT c.relname FROM pg_class c WHERE c.relname = ANY ($1) AND c.relnamespace = 'public'::regnamespace AND NOT (
                c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
                    SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                    WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'tenant_id'))
            """, [.textArray(fixture.tables)])
        #expect(try weak.rows.map { try $0.text(0) } == [])
        await fixture.close()
    }

    @Test("A tenant's worker sees its own rows and none of another tenant's, whatever it sets") func ownRowsOnly() async throws {
        let fixture = try await Fixture()
        for (worker, tenant) in zip(fixture.workers, fixture.tenants) {
            for table in fixture.tables {
                for prelude in ["", "SET row_security = on;", "SET search_path = pg_temp, public;"] {
                    if !prelude.isEmpty { try await worker.script(prelude) }
                    do {
                        let seen = try await worker.query("SELECT DISTINCT tenant_id FROM public.\(table)").rows.map { try $0.int8(0) }
                        #expect(seen == [tenant], "\(table)")
                    } catch let error as PostgresError {
                        // No grant at all is a fence too: hashes and the queue.
                        #expect(error.sqlState == .insufficientPrivilege, "\(table)")
                        let closed = [
                            "app_passwords", "credentials", "domain_claims", "familiar_networks", "kept_addresses", "logins",
                            "old_credentials",
                            "one_time_passwords", "queue_messages", "queue_recipients",
                        ]
                        #expect(closed.contains(table))
                    }
                }
            }
        }
        await fixture.close()
    }

    @Test("A tenant's worker writes no row of another tenant's") func ownWritesOnly() async throws {
        let fixture = try await Fixture()
        let (worker, other) = (fixture.workers[0], fixture.tenants[1])
        #expect(try await worker.query("UPDATE messages SET flags = 8 WHERE tenant_id = $1", [.int8(other)]).affected == 0)
        #expect(try await worker.query("DELETE FROM mailboxes WHERE tenant_id = $1", [.int8(other)]).affected == 0)
        #expect(try await worker.query("UPDATE leases SET epoch = epoch + 1 WHERE tenant_id = $1", [.int8(other)]).affected == 0)
        for statement in [
            "INSERT INTO subscriptions VALUES (\(other), \(other), 'x')", "UPDATE mailboxes SET tenant_id = \(other)",
            "UPDATE users SET suspended = '{}'",
            "CREATE TABLE mine (x int)", "CREATE TEMPORARY TABLE mine (x int)", "SET ROLE casella_t\(other)", "SET ROLE casella_control",
            "SET SESSION AUTHORIZATION casella_t\(other)",
        ] {
            let error = await #expect(throws: PostgresError.self) { try await worker.script(statement) }
            #expect(error?.sqlState == .insufficientPrivilege, "\(statement)")
        }
        await fixture.close()
    }

    @Test("The relay reaches the queue and nothing else") func relay() async throws {
        let fixture = try await Fixture()
        let more = [
            "administrators", "administrator_sessions", "audit_log", "applies", "certificates", "plans", "usage_by_day", "domain_names",
            "schema_migrations",
        ]
        for table in fixture.tables + more where !table.hasPrefix("queue_") {
            let error = await #expect(throws: PostgresError.self) { try await fixture.relay.query("SELECT 1 FROM \(table)") }
            #expect(error?.sqlState == .insufficientPrivilege, "\(table)")
        }
        #expect(try await fixture.relay.query("SELECT 1 FROM queue_messages").rows.count == 2)
        await fixture.close()
    }

    @Test("The control plane reads mailboxes and changes none") func control() async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.control.query("SELECT 1 FROM messages").rows.count == 2)
        for statement in [
            "UPDATE messages SET flags = 8", "DELETE FROM mailboxes", "UPDATE leases SET epoch = 9", "DELETE FROM queue_messages",
        ] {
            let error = await #expect(throws: PostgresError.self) { try await fixture.control.script(statement) }
            #expect(error?.sqlState == .insufficientPrivilege, "\(statement)")
        }
        await fixture.close()
    }

    @Test("A name is one domain's or one alias's, however it comes about, and free again afterwards") func names() async throws {
        let fixture = try await Fixture()
        let (one, other) = (fixture.tenants[0], fixture.tenants[1])
        let newDomain = "INSERT INTO domains (tenant_id, name) VALUES (\(other), 'NAME')"
        let newAlias = "INSERT INTO domain_aliases VALUES (\(other), \(other), 'NAME')"
        let renamed = "UPDATE domains SET name = 'NAME' WHERE tenant_id = \(other)"
        for name in ["d\(one).example", "also.d\(one).example"] {
            for statement in [newDomain, newAlias, renamed] {
                let error = await #expect(throws: PostgresError.self) {
                    try await fixture.control.script(statement.replacing("NAME", with: name))
                }
                #expect(error?.sqlState == .uniqueViolation, "\(statement) \(name)")
            }
        }
        // Of two at one time one waits for the other.
        for (first, second) in [(newDomain, newAlias), (newAlias, newDomain)] {
            let name = "at-once\(UInt32.random(in: 0 ... .max)).example"
            let later = try await fixture.control.transaction { transaction in
                _ = try await transaction.query(first.replacing("NAME", with: name))
                let later = Task { try await fixture.owner.script(second.replacing("NAME", with: name)) }
                let waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
                while try await transaction.query(waiting).isEmpty {}
                return later
            }
            let error = await #expect(throws: PostgresError.self) { try await later.value }
            #expect(error?.sqlState == .uniqueViolation)
        }
        // The old name as an alias of the new one.
        _ = try await fixture.control.transaction { transaction in
            _ = try await transaction.query("UPDATE domains SET name = 'new.example' WHERE tenant_id = $1", [.int8(one)])
            _ = try await transaction.query("INSERT INTO domain_aliases VALUES ($1, $1, 'd' || $1::text || '.example')", [.int8(one)])
        }
        _ = try await fixture.control.query("DELETE FROM holds WHERE tenant_id = $1", [.int8(one)])
        _ = try await fixture.control.query("DELETE FROM tenants WHERE tenant_id = $1", [.int8(one)])
        let left = try await fixture.owner.query(
            "SELECT name FROM domain_names EXCEPT (SELECT name FROM domains UNION ALL SELECT name FROM domain_aliases)")
        #expect(left.isEmpty)
        try await fixture.control.script(newDomain.replacing("NAME", with: "d\(one).example"))
        await fixture.close()
    }

    @Test("A user who moves to another domain takes the mail's count along, also for an administrator of the tenant alone")
    func moves() async throws {
        let fixture = try await Fixture()
        let tenant = fixture.tenants[0]
        let second = try await fixture.owner.query(
            "INSERT INTO domains (tenant_id, domain_id, name) VALUES ($1, $1 + 500, 'second.example') RETURNING domain_id", [.int8(tenant)])
        let target = try #require(try second.first?.int8(0))
        func counts(_ domain: Int64) async throws -> [Int64] {
            let row = try await fixture.owner.query("SELECT bytes, messages FROM domain_usage WHERE domain_id = $1", [.int8(domain)]).first
            return try row.map { [try $0.int8(0), try $0.int8(1)] } ?? []
        }
        let move = "UPDATE users SET domain_id = $1 WHERE tenant_id = $2 AND user_id = $2"
        try await fixture.control.transaction { transaction in
            _ = try await transaction.query(
                "SELECT set_config('casella.administered_tenant', $1, true), set_config('role', 'casella_administrator', true)",
                [.text("\(tenant)")])
            _ = try await transaction.query(move, [.int8(target), .int8(tenant)])
        }
        #expect(try await counts(tenant) == [20, 2])
        #expect(try await counts(target) == [10, 1])
        _ = try await fixture.control.query(move, [.int8(tenant), .int8(tenant)])
        #expect(try await counts(tenant) == [30, 3])
        #expect(try await counts(target) == [0, 0])
        await fixture.close()
    }

    @Test("A domain goes with all its users' mail, and so does a tenant") func wholeDeletion() async throws {
        let fixture = try await Fixture()
        let (one, other) = (fixture.tenants[0], fixture.tenants[1])
        _ = try await fixture.control.query("DELETE FROM holds")
        _ = try await fixture.control.query("DELETE FROM domains WHERE domain_id = $1", [.int8(one)])
        let usage = try await fixture.owner.query("SELECT bytes, messages FROM tenant_usage WHERE tenant_id = $1", [.int8(one)])
        #expect(try usage.first?.int8(0) == 0 && usage.first?.int8(1) == 0)
        _ = try await fixture.control.query("DELETE FROM tenants WHERE tenant_id = $1", [.int8(other)])
        #expect(try await fixture.owner.query("SELECT 1 FROM users").isEmpty)
        await fixture.close()
    }

    @Test("A deleted user's mail is gone and counts no longer; a deleted tenant leaves no row") func deletion() async throws {
        let fixture = try await Fixture()
        let tenant = fixture.tenants[0]
        _ = try await fixture.control.query("DELETE FROM users WHERE user_id = $1", [.int8(tenant)])
        #expect(try await fixture.owner.query("SELECT 1 FROM messages WHERE tenant_id = $1", [.int8(tenant)]).isEmpty)
        for table in ["tenant_usage", "domain_usage"] {
            let usage = try await fixture.owner.query("SELECT bytes, messages FROM \(table) WHERE tenant_id = $1", [.int8(tenant)])
            #expect(try usage.first?.int8(0) == 20 && usage.first?.int8(1) == 2)
        }
        _ = try await fixture.control.query("DELETE FROM holds WHERE tenant_id = $1", [.int8(tenant)])
        _ = try await fixture.control.query("DELETE FROM tenants WHERE tenant_id = $1", [.int8(tenant)])
        for table in fixture.tables where !table.hasPrefix("queue_") {
            #expect(try await fixture.owner.query("SELECT 1 FROM \(table) WHERE tenant_id = $1", [.int8(tenant)]).isEmpty, "\(table)")
            #expect(
                try await !fixture.owner.query("SELECT 1 FROM \(table) WHERE tenant_id = $1", [.int8(fixture.tenants[1])]).isEmpty,
                "\(table)")
        }
        await fixture.close()
    }
}
