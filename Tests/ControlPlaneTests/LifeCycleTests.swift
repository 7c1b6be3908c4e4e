import Postgres
import Testing

/// What the tables themselves hold to when something is deleted, brought back or held, whoever writes to them.
@Suite("Deletion and holds", .serialized) struct LifeCycleTests {
    typealias Fixture = RowSecurityTests.Fixture

    private static let shown = "SELECT set_config('casella.shows_deleted', 'on', true)"
    private static let deletion = "UPDATE users SET deleted_at = now(), kept_until = now() WHERE tenant_id = $1 AND user_id = $1"
    private static let ending = "UPDATE users SET deleted_at = NULL, kept_until = NULL WHERE tenant_id = $1 AND user_id = $1"

    /// As the control plane, which sees for once what is deleted.
    private func change(_ fixture: Fixture, _ sql: String, asAdministratorOf tenant: Int64? = nil) async throws {
        try await fixture.control.transaction { transaction in
            if let tenant {
                _ = try await transaction.query(
                    "SELECT set_config('casella.administered_tenant', $1, true), set_config('role', 'casella_administrator', true)",
                    [.text("\(tenant)")])
            }
            _ = try await transaction.query(Self.shown)
            _ = try await transaction.query(sql, [.int8(fixture.tenants[0])])
        }
    }

    private func usage(_ fixture: Fixture, _ table: String) async throws -> [Int64] {
        let row = try await fixture.owner.query(
            "SELECT bytes, messages FROM \(table) WHERE tenant_id = $1", [.int8(fixture.tenants[0])]
        ).first
        return try row.map { [try $0.int8(0), try $0.int8(1)] } ?? []
    }

    @Test("A deleted user is hidden, counts nowhere, leaves the address free, and comes back as it was") func user() async throws {
        let fixture = try await Fixture()
        let tenant = fixture.tenants[0]
        for administrator in [nil, tenant] {
            try await change(fixture, Self.deletion, asAdministratorOf: administrator)
            #expect(try await fixture.control.query("SELECT 1 FROM users WHERE user_id = $1", [.int8(tenant)]).isEmpty)
            #expect(try await fixture.control.query("SELECT 1 FROM messages WHERE tenant_id = $1", [.int8(tenant)]).rows.count == 1)
            #expect(try await usage(fixture, "domain_usage") == [20, 2])
            #expect(try await usage(fixture, "tenant_usage") == [20, 2])
            try await fixture.control.script("INSERT INTO users (tenant_id, domain_id, local_part) VALUES (\(tenant), \(tenant), 'ann')")
            let error = await #expect(throws: PostgresError.self) { try await change(fixture, Self.ending) }
            #expect(error?.sqlState == .uniqueViolation)
            try await fixture.control.script("DELETE FROM users WHERE tenant_id = \(tenant) AND local_part = 'ann'")  // the one who is seen
            try await change(fixture, Self.ending, asAdministratorOf: administrator)
            #expect(try await fixture.control.query("SELECT 1 FROM credentials WHERE user_id = $1", [.int8(tenant)]).rows.count == 1)
            #expect(try await usage(fixture, "domain_usage") == [30, 3])
            #expect(try await usage(fixture, "tenant_usage") == [30, 3])
        }
        await fixture.close()
    }

    @Test("Who opens a shared mailbox does so again when it or the member comes back, and not when one of them is destroyed")
    func sharedAccess() async throws {
        let fixture = try await Fixture()
        let tenant = fixture.tenants[0]
        func access() async throws -> Int {
            try await fixture.control.query("SELECT 1 FROM shared_access WHERE tenant_id = $1", [.int8(tenant)]).rows.count
        }
        try await change(fixture, Self.deletion)
        try await change(fixture, Self.ending)
        #expect(try await access() == 1)
        try await fixture.owner.script("DELETE FROM holds WHERE tenant_id = \(tenant)")
        try await fixture.control.script("DELETE FROM users WHERE tenant_id = \(tenant) AND user_id = \(tenant)")
        #expect(try await access() == 0)
        await fixture.close()
    }

    @Test("Who comes back under an address of another domain counts there") func movedBack() async throws {
        let fixture = try await Fixture()
        let tenant = fixture.tenants[0]
        try await fixture.owner.script(
            "INSERT INTO domains (tenant_id, domain_id, name) VALUES (\(tenant), \(tenant) + 500, 'second.example');"
                + "INSERT INTO domain_usage VALUES (\(tenant), \(tenant) + 500, 0, 0)")
        try await change(fixture, Self.deletion)
        try await change(fixture, Self.ending.replacing("kept_until = NULL", with: "kept_until = NULL, domain_id = tenant_id + 500"))
        let found = try await fixture.owner.query(
            "SELECT bytes FROM domain_usage WHERE tenant_id = $1 ORDER BY domain_id", [.int8(tenant)])
        #expect(try found.rows.map { try $0.int8(0) } == [20, 10])
        #expect(try await usage(fixture, "tenant_usage") == [30, 3])
        await fixture.close()
    }

    @Test("A deleted domain is hidden from control plane and worker, keeps its names, and counts nowhere") func domain() async throws {
        let fixture = try await Fixture()
        let tenant = fixture.tenants[0]
        try await change(fixture, "UPDATE domains SET deleted_at = now() WHERE tenant_id = $1")
        for table in ["domains", "domain_aliases"] {
            #expect(try await fixture.control.query("SELECT 1 FROM \(table) WHERE tenant_id = $1", [.int8(tenant)]).isEmpty, "\(table)")
        }
        #expect(try await fixture.workers[0].query("SELECT 1 FROM domains").isEmpty)
        #expect(try await usage(fixture, "tenant_usage") == [0, 0])
        for name in ["d\(tenant).example", "also.d\(tenant).example"] {
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.control.script("INSERT INTO domains (tenant_id, name) VALUES (\(fixture.tenants[1]), '\(name)')")
            }
            #expect(error?.sqlState == .uniqueViolation, "\(name)")
        }
        try await change(fixture, "UPDATE domains SET deleted_at = NULL WHERE tenant_id = $1")
        #expect(try await usage(fixture, "tenant_usage") == [30, 3])
        // Destroyed after it was deleted, it is taken out once.
        try await fixture.owner.script("DELETE FROM holds")
        try await change(fixture, "UPDATE domains SET deleted_at = now() WHERE tenant_id = $1")
        try await change(fixture, "DELETE FROM domains WHERE tenant_id = $1")
        #expect(try await usage(fixture, "tenant_usage") == [0, 0])
        #expect(try await fixture.owner.query("SELECT 1 FROM users WHERE tenant_id = $1", [.int8(tenant)]).isEmpty)
        await fixture.close()
    }

    static let holds = ["NULL, NULL", "tenant_id, NULL", "NULL, tenant_id"]
    @Test("What a hold is on is not destroyed, nor what is above or below it", arguments: holds) func held(place: String) async throws {
        let fixture = try await Fixture()
        let tenant = fixture.tenants[0]
        try await fixture.owner.script(
            """
            DELETE FROM holds;
            INSERT INTO holds (tenant_id, domain_id, user_id, reason, set_by)
            SELECT tenant_id, \(place), 'lawsuit', 'root' FROM tenants WHERE tenant_id = \(tenant)
            """)
        for statement in ["users WHERE tenant_id = $1 AND user_id = $1", "domains WHERE tenant_id = $1", "tenants WHERE tenant_id = $1"] {
            let error = await #expect(throws: PostgresError.self) { try await change(fixture, "DELETE FROM \(statement)") }
            #expect(error?.sqlState == .restrictViolation || error?.sqlState == .foreignKeyViolation, "\(statement)")
        }
        // Deleted it may be; and another company's is nobody's concern here.
        try await change(fixture, Self.deletion)
        try await fixture.control.script("DELETE FROM tenants WHERE tenant_id = \(fixture.tenants[1])")
        try await fixture.owner.script("DELETE FROM holds")
        try await change(fixture, "DELETE FROM tenants WHERE tenant_id = $1")
        await fixture.close()
    }

    @Test("Nothing finds room in a tenant that is deleted, whatever its maker sees") func noRoom() async throws {
        let fixture = try await Fixture()
        let tenant = fixture.tenants[0]
        try await change(fixture, "SELECT allowed FROM room_in_plan($1, 'domains')")
        try await change(fixture, "UPDATE tenants SET deleted_at = now() WHERE tenant_id = $1")
        for administrator in [nil, tenant] {
            let error = await #expect(throws: PostgresError.self) {
                try await change(fixture, "SELECT allowed FROM room_in_plan($1, 'domains')", asAdministratorOf: administrator)
            }
            #expect(error?.sqlState == SQLState(rawValue: "TN001"))
            #expect(error?.detail == "alpha")
        }
        try await change(fixture, "UPDATE tenants SET deleted_at = NULL WHERE tenant_id = $1")
        try await change(fixture, "SELECT allowed FROM room_in_plan($1, 'domains')", asAdministratorOf: tenant)
        await fixture.close()
    }

    @Test("A worker adds to what holds keep, and takes nothing from it") func heldMessages() async throws {
        let fixture = try await Fixture()
        for statement in [
            "DELETE FROM held_messages", "UPDATE held_messages SET uid = 5", "DELETE FROM holds", "SELECT reason FROM holds",
            "INSERT INTO held_messages SELECT \(fixture.tenants[1]), user_id, mailbox_id, 7, '', 0, '{}', now(), now(), 1, 1, 1, 1 "
                + "FROM held_messages",
        ] {
            let error = await #expect(throws: PostgresError.self) { try await fixture.workers[0].script(statement) }
            #expect(error?.sqlState == .insufficientPrivilege, "\(statement)")
        }
        await fixture.close()
    }
}
