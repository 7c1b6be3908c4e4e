import AdminAPI
import Cryptography
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// Users of the test's domain who sign in to the account pages.
extension TestPlatform {
    static nonisolated let password = "Bodensee-Kahn-47-Faehre"

    @discardableResult
    func addUser(_ name: String, _ password: String = TestPlatform.password) async throws -> UserKeys {
        let made = try await owner.query(
            """
            WITH made AS (
                INSERT INTO users (tenant_id, domain_id, local_part) SELECT tenant_id, domain_id, $1 FROM domains RETURNING *),
            secret AS (INSERT INTO credentials (tenant_id, user_id, hash) SELECT tenant_id, user_id, $2 FROM made)
            SELECT user_id FROM made
            """, [.text(name), .text(try await calls().hashing.hash(password, for: .platform))])
        return UserKeys(tenant: tenant, user: try #require(try made.first?.int8(0)))
    }

    /// Gives the user one-time passwords.
    func addOneTimePasswords(to keys: UserKeys) async throws -> OneTimePassword {
        let (oneTime, sealed) = try calls().ownAccounts.newOneTimePassword()
        _ = try await owner.query(
            "INSERT INTO one_time_passwords (tenant_id, user_id, secret) VALUES ($1, $2, $3)",
            [.int8(keys.tenant), .int8(keys.user), .bytea(sealed)])
        return oneTime
    }

    func change(_ table: String, _ assignment: String, of keys: UserKeys) async throws {
        _ = try await owner.query(
            "UPDATE \(table) SET \(assignment) WHERE tenant_id = $1 AND user_id = $2", [.int8(keys.tenant), .int8(keys.user)])
    }

    func count(_ table: String) async throws -> Int64 {
        try #require(try await owner.query("SELECT count(*) FROM \(table)").first?.int8(0))
    }
}
