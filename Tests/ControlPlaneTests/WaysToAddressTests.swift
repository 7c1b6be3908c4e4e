import ControlPlane
import MailStore
import Postgres
import Testing
import TestSupport

@Suite("What leads to an address") struct WaysToAddressTests {
    private func height(_ ways: (String, String, Bool)...) -> [Int?] {
        var found = WaysToAddress(address: "here")
        for (source, target, ofGroup) in ways { found.add(from: source, to: target, ofGroup: ofGroup) }
        let height = found.height()
        return [height.any, height.ofGroup]
    }

    @Test("The longest way counts") func longest() {
        #expect(height() == [0, nil])
        #expect(height(("a", "here", false)) == [1, nil])
        #expect(height(("g", "a", true), ("a", "here", false), ("g", "here", true), ("b", "g", false)) == [3, 2])
    }

    @Test("Circles, and what leads into them, do not") func circles() {
        #expect(height(("loop", "loop", false), ("loop", "here", false)) == [0, nil])
        #expect(height(("here", "a", true), ("a", "here", false)) == [1, nil])
        #expect(height(("a", "b", true), ("b", "a", true), ("b", "here", true), ("c", "b", true), ("d", "here", true)) == [1, 1])
    }

    /// A tenant with the domain a.example, also called b.example, and aliases and groups there by their targets.
    private func place(
        _ localPart: String, aliases: [(String, String)], groups: [(String, String)] = []
    ) async throws -> (PostgresPool, GroupPlace) {
        let server = try await TemporaryPostgres.shared()
        let pool = PostgresPool(server.configuration(database: try await server.createDatabase()), maximumConnections: 1)
        _ = try await MigrationRunner(Migration.load(from: TemporaryPostgres.migrationsDirectory)).run(on: pool)
        let made = try await pool.query("INSERT INTO tenants (name) VALUES ('acme'), ('other') RETURNING tenant_id").rows
        var places: [GroupPlace] = []
        for (tenant, name) in zip(try made.map { try $0.int8(0) }, ["a.example", "z.example"]) {
            let domain = try await pool.query(
                "INSERT INTO domains (tenant_id, name) VALUES ($1, $2) RETURNING domain_id", [.int8(tenant), .text(name)])
            places.append(GroupPlace(tenant: tenant, domain: try #require(domain.first).int8(0), localPart: localPart))
            for (source, target) in aliases {
                let keys: [PostgresValue] = [.int8(tenant), .int8(places.last?.domain ?? 0), .text(source), .text(target)]
                _ = try await pool.query("INSERT INTO aliases (tenant_id, domain_id, local_part, target) VALUES ($1, $2, $3, $4)", keys)
            }
            for (source, target) in groups {
                let keys: [PostgresValue] = [.int8(tenant), .int8(places.last?.domain ?? 0), .text(source), .text(target)]
                _ = try await pool.query(
                    "INSERT INTO groups (tenant_id, domain_id, local_part) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    Array(keys.prefix(3)))
                _ = try await pool.query(
                    "INSERT INTO group_members (tenant_id, domain_id, local_part, address) VALUES ($1, $2, $3, $4)", keys)
            }
        }
        _ = try await pool.query(
            "INSERT INTO domain_aliases (tenant_id, domain_id, name) VALUES ($1, $2, 'b.example')",
            [.int8(places[0].tenant), .int8(places[0].domain)])
        return (pool, places[0])
    }

    private func heights(
        _ localPart: String, aliases: [(String, String)], groups: [(String, String)] = []
    ) async throws -> [Int?] {
        let (pool, place) = try await place(localPart, aliases: aliases, groups: groups)
        let height = try await pool.transaction { try await WaysToAddress(to: place, in: $0).height() }
        await pool.close()
        return [height.any, height.ofGroup]
    }

    @Test("In the database they are found under each name of the domain, and not another tenant's") func inDatabase() async throws {
        #expect(try await heights("here", aliases: [("x", "y@a.example")]) == [0, nil])
        let aliases = [("way", "Here@B.example"), ("way", "here@a.example"), ("else", "here@z.example")]
        #expect(try await heights("here", aliases: aliases, groups: [("team", "WAY@a.example")]) == [2, 2])
        #expect(try await heights("here", aliases: [("loop", "loop@a.example"), ("loop", "here@a.example")]) == [0, nil])
    }

    @Test("No further than a step beyond what is allowed") func bounded() async throws {
        let depth = StoreLimits.aliasDepth
        for (length, height) in [(depth, depth), (depth + 1, depth + 1), (depth + 20, depth + 1)] {
            let chain = (0..<length).map { ("x\($0 + 1)", $0 == 0 ? "here@a.example" : "x\($0)@a.example") }
            #expect(try await heights("here", aliases: chain) == [height, nil])
        }
    }
}
