import Postgres
import Testing

/// What the tables let an administrator of a part say of a user.
@Suite("Users that administrators of a part make", .serialized) struct MadeUsersTests {
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
}
