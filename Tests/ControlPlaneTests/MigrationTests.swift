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
