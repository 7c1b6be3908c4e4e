import ControlPlane
import Postgres
import Testing
import TestSupport

@Suite("Migrations") struct MigrationTests {
    static func migration(_ number: Int, _ sql: String) throws -> Migration {
        try Migration(fileName: "000\(number)_step.sql", content: Array(sql.utf8))
    }

    static func freshDatabase() async throws -> PostgresPool {
        let server = try await TemporaryPostgres.shared()
        return PostgresPool(server.configuration(database: try await server.createDatabase()), maximumConnections: 2)
    }

    @Test("The repository's migrations apply, once") func idempotent() async throws {
        let database = try await Self.freshDatabase()
        let migrations = try Migration.load(from: TemporaryPostgres.migrationsDirectory)
        let applied = try await MigrationRunner(migrations).run(on: database)
        #expect(applied == migrations.map(\.name))
        #expect(try await MigrationRunner(migrations).run(on: database) == [])
        await database.close()
    }

    @Test("Subscriptions to shared mailboxes become ones by number") func subscriptions() async throws {
        let database = try await Self.freshDatabase()
        let migrations = try Migration.load(from: TemporaryPostgres.migrationsDirectory)
        let place = try #require(migrations.firstIndex { $0.name.hasSuffix("_columns_kept.sql") })
        _ = try await MigrationRunner(Array(migrations[..<place])).run(on: database)
        let long = String(repeating: "x", count: 1000 - "Shared/info@a.example/".utf8.count)
        try await database.script(
            """
            INSERT INTO tenants (name) VALUES ('a');
            INSERT INTO domains (tenant_id, domain_id, name) SELECT tenant_id, 1, 'a.example' FROM tenants;
            INSERT INTO users (tenant_id, domain_id, user_id, local_part, shared)
                SELECT tenant_id, 1, n, l, s FROM tenants, (VALUES (1, 'ann', false), (2, 'bob', false), (123456789012345, 'info', true))
                AS v (n, l, s);
            INSERT INTO shared_access SELECT tenant_id, 123456789012345, 1, 'read' FROM tenants;
            INSERT INTO subscriptions SELECT tenant_id, u, s.name FROM tenants, generate_series(1, 2) AS u, unnest(ARRAY['INBOX',
                'Shared/info@a.example', 'Shared/info@a.example/Sent', 'Shared/info@a.example.test', 'Shared/info@a.example/\(long)'])
                AS s (name);
            """)
        _ = try await MigrationRunner(migrations).run(on: database)
        func names(_ user: Int64) async throws -> Set<String> {
            let found = try await database.query("SELECT name FROM subscriptions WHERE user_id = $1", [.int8(user)])
            return Set(try found.rows.map { try $0.text(0) })
        }
        let others: Set = ["INBOX", "Shared/info@a.example.test", "Shared/info@a.example/\(long)"]
        #expect(try await names(1) == others.union(["Shared/123456789012345@", "Shared/123456789012345@/Sent"]))
        #expect(try await names(2) == others.union(["Shared/info@a.example", "Shared/info@a.example/Sent"]))
        await database.close()
    }

    @Test("Names of one's own that look like numbers of shared mailboxes are marked") func markedSubscriptions() async throws {
        let database = try await Self.freshDatabase()
        let migrations = try Migration.load(from: TemporaryPostgres.migrationsDirectory)
        let place = try #require(migrations.firstIndex { $0.name.hasSuffix("_marked_subscriptions.sql") })
        _ = try await MigrationRunner(Array(migrations[..<place])).run(on: database)
        let long = "Shared/4@/" + String(repeating: "x", count: 990)
        try await database.script(
            """
            INSERT INTO tenants (name) VALUES ('a');
            INSERT INTO domains (tenant_id, domain_id, name) SELECT tenant_id, 1, 'a.example' FROM tenants;
            INSERT INTO users (tenant_id, domain_id, user_id, local_part)
                SELECT tenant_id, 1, n, 'u' || n FROM tenants, generate_series(1, 2) AS n;
            INSERT INTO mailboxes (tenant_id, mailbox_id, user_id, name, uidvalidity)
                SELECT tenant_id, m.id, 1, m.name, 1 FROM tenants,
                    unnest(ARRAY['Shared/12@/x', 'Shared/7@', 'Shared/x@']) WITH ORDINALITY AS m (name, id);
            INSERT INTO subscriptions SELECT tenant_id, u, s.name FROM tenants, generate_series(1, 2) AS u, unnest(ARRAY['INBOX',
                'Shared/x@', 'Shared/12@/x', 'Shared/7@', 'Shared/=7@', 'Shared/==7@', 'Shared/8@/Sent', 'Shared/12@x',
                '\(long)']) AS s (name);
            """)
        _ = try await MigrationRunner(migrations).run(on: database)
        func names(_ user: Int64) async throws -> Set<String> {
            let found = try await database.query("SELECT name FROM subscriptions WHERE user_id = $1", [.int8(user)])
            return Set(try found.rows.map { try $0.text(0) })
        }
        let others: Set = ["INBOX", "Shared/x@", "Shared/8@/Sent", "Shared/12@x", long, "Shared/==7@", "Shared/===7@"]
        #expect(try await names(1) == others.union(["Shared/=12@/x", "Shared/=7@"]))
        #expect(try await names(2) == others.union(["Shared/12@/x", "Shared/7@"]))
        await database.close()
    }

    @Test("Only what is new is applied") func onlyNew() async throws {
        let database = try await Self.freshDatabase()
        let first = try Self.migration(1, "CREATE TABLE a (x int)"),
            second = try Self.migration(2, "CREATE TABLE b (x int); CREATE TABLE c (x int)")
        #expect(try await MigrationRunner([first]).run(on: database) == ["0001_step.sql"])
        #expect(try await MigrationRunner([first, second]).run(on: database) == ["0002_step.sql"])
        await database.close()
    }

    @Test("A migration that was changed is refused by name") func changed() async throws {
        let database = try await Self.freshDatabase()
        _ = try await MigrationRunner([Self.migration(1, "CREATE TABLE a (x int)")]).run(on: database)
        await #expect(throws: MigrationError.changed("0001_step.sql")) {
            try await MigrationRunner([Self.migration(1, "CREATE TABLE a (y int)")]).run(on: database)
        }
        #expect(MigrationError.changed("0001_step.sql").description.contains("0001_step.sql"))
        await database.close()
    }

    @Test("A migration whose file is missing, and a database that is newer, are refused") func missing() async throws {
        let database = try await Self.freshDatabase()
        let first = try Self.migration(1, "SELECT 1"), second = try Self.migration(2, "SELECT 2"), third = try Self.migration(3, "SELECT 3")
        _ = try await MigrationRunner([first, second, third]).run(on: database)
        await #expect(throws: MigrationError.missing("0002_step.sql")) { try await MigrationRunner([first, third]).run(on: database) }
        await #expect(throws: MigrationError.newerDatabase("0003_step.sql")) {
            try await MigrationRunner([first, second]).run(on: database)
        }
        await database.close()
    }

    @Test("A migration that fails leaves nothing behind") func failing() async throws {
        let database = try await Self.freshDatabase()
        let bad = try Self.migration(1, "CREATE TABLE a (x int); SELECT nonsense")
        await #expect(throws: MigrationError.self) { try await MigrationRunner([bad]).run(on: database) }
        #expect(try await database.query("SELECT to_regclass('a')").first?.isNull(0) == true)
        #expect(try await database.query("SELECT 1 FROM schema_migrations").isEmpty)
        await database.close()
    }

    @Test("Two control planes at once apply each migration once") func concurrent() async throws {
        let database = try await Self.freshDatabase()
        let steps = try (1...5).map { try Self.migration($0, "CREATE TABLE t\($0) (x int)") }
        async let one = MigrationRunner(steps).run(on: database)
        async let other = MigrationRunner(steps).run(on: database)
        let applied = try await one + other
        #expect(applied.sorted() == steps.map(\.name))
        await database.close()
    }

    static let badNames = ["1_a.sql", "0001.sql", "abcd_x.sql", "0000_a.sql"]
    @Test("A file's name is four digits, an underscore and words", arguments: badNames) func badName(name: String) {
        #expect(throws: MigrationError.badFile(name)) { try Migration(fileName: name, content: []) }
    }
}
