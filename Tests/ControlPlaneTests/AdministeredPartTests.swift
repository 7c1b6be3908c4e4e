import Postgres
import Testing

/// What the tables let the administrator of a tenant or a domain do.
@Suite("An administrator's part of the tables", .serialized) struct AdministeredPartTests {
    @Test("An administrator of a tenant makes and changes users, and no limits of theirs") func limits() async throws {
        let fixture = try await RowSecurityTests.Fixture()
        let tenant = fixture.tenants[0]
        func asAdministrator(_ statement: String) async throws -> Int {
            try await fixture.control.transaction { transaction in
                _ = try await transaction.query(
                    "SELECT set_config('casella.administered_tenant', $1, true), set_config('role', 'casella_administrator', true)",
                    [.text("\(tenant)")])
                return try await transaction.query(statement).affected
            }
        }
        let made = "INSERT INTO users (tenant_id, domain_id, local_part, quota_bytes, quota_messages"
        #expect(try await asAdministrator("\(made)) VALUES (\(tenant), \(tenant), 'new', NULL, 5)") == 1)
        #expect(try await asAdministrator("UPDATE users SET quota_messages = 6 WHERE local_part = 'new'") == 1)
        for statement in [
            "\(made), limits) VALUES (\(tenant), \(tenant), 'newer', NULL, 5, '{}')",
            "\(made), deleted_at) VALUES (\(tenant), \(tenant), 'newer', NULL, 5, now())",
            "UPDATE users SET limits = '{}' WHERE local_part = 'new'",
        ] {
            let error = await #expect(throws: PostgresError.self) { _ = try await asAdministrator(statement) }
            #expect(error?.sqlState == .insufficientPrivilege, "\(statement)")
        }
        await fixture.close()
    }

    @Test("An administrator of a domain sees and makes groups, vacations and forwards there alone, and what is kept of deleted ones")
    func domainAlone() async throws {
        let fixture = try await RowSecurityTests.Fixture()
        let (tenant, second) = (fixture.tenants[0], fixture.tenants[0] + 500)
        try await fixture.owner.script(
            """
            INSERT INTO domains (tenant_id, domain_id, name) VALUES (\(tenant), \(second), 'second.example');
            INSERT INTO users (tenant_id, user_id, domain_id, local_part) VALUES
                (\(tenant), \(second), \(second), 'eve'), (\(tenant), \(second) + 1, \(second), 'fay');
            INSERT INTO groups (tenant_id, domain_id, local_part) VALUES (\(tenant), \(second), 'team');
            INSERT INTO group_members VALUES (\(tenant), \(second), 'team', 'eve@second.example');
            INSERT INTO vacations VALUES (\(tenant), \(second), 'Away', 'x');
            INSERT INTO user_forwards VALUES (\(tenant), \(second), ARRAY['x@far.example']);
            INSERT INTO kept_addresses (tenant_id, domain_id, local_part, kind, targets, deleted_by)
                VALUES (\(tenant), \(second), 'old', 'alias', ARRAY['eve@second.example'], 'root')
            """)
        func asAdministrator(_ statement: String) async throws -> [Int64] {
            try await fixture.control.transaction { transaction in
                _ = try await transaction.query(
                    """
                    SELECT set_config('casella.administered_tenant', $1, true), set_config('casella.administered_domain', $1, true),
                        set_config('role', 'casella_administrator', true)
                    """, [.text("\(tenant)")])
                return try await transaction.query(statement).rows.map { try $0.int8(0) }
            }
        }
        let tables = [
            ("groups", "domain_id"), ("group_members", "domain_id"), ("vacations", "user_id"), ("user_forwards", "user_id"),
            ("kept_addresses", "domain_id"),
        ]
        for (table, key) in tables {
            #expect(try await asAdministrator("SELECT \(key) FROM \(table)") == [tenant], "\(table)")
            #expect(try await asAdministrator("DELETE FROM \(table) WHERE \(key) = \(second) RETURNING \(key)").isEmpty, "\(table)")
        }
        _ = try await asAdministrator("INSERT INTO group_members VALUES (\(tenant), \(tenant), 'team', 'eve@second.example')")
        for statement in [
            "INSERT INTO kept_addresses (tenant_id, domain_id, local_part, kind, targets, deleted_by) "
                + "VALUES (\(tenant), \(second), 'more', 'alias', '{}', 'x')", "UPDATE kept_addresses SET targets = '{}'",
            "INSERT INTO groups (tenant_id, domain_id, local_part) VALUES (\(tenant), \(second), 'more')",
            "INSERT INTO group_members VALUES (\(tenant), \(second), 'team', 'ann@far.example')",
            "INSERT INTO vacations VALUES (\(tenant), \(second) + 1, 'Away', 'x')",
            "INSERT INTO user_forwards VALUES (\(tenant), \(second) + 1, ARRAY['x@far.example'])", "SELECT user_id FROM vacation_replies",
        ] {
            let error = await #expect(throws: PostgresError.self) { _ = try await asAdministrator(statement) }
            #expect(error?.sqlState == .insufficientPrivilege, "\(statement)")
        }
        await fixture.close()
    }
}
