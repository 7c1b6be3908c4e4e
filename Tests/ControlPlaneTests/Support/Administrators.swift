import AdminAPI
import Cryptography
import Foundation
import Postgres
import Runtime
import TestSupport
import Testing

@testable import ControlPlane

/// Administrators of the test's tenant and its domain who are logged in from elsewhere.
extension TestPlatform {
    static nonisolated let administratorPassword = "Allgaeu-Kuhglocke-63-Wiese"

    /// An administrator with the role's name and token. Made, and logged in again, as often as it is asked for.
    func administrator(_ role: Role) async throws -> AdminOrigin {
        let token = "token of \(role.rawValue)"
        let known = try await owner.query("SELECT 1 FROM administrators WHERE name = $1", [.text(role.rawValue)])
        if known.isEmpty {
            _ = try await owner.query(
                """
                INSERT INTO administrators (name, role, administered_tenant, administered_domain, hash, totp_secret)
                SELECT $1, $1, CASE WHEN $2 THEN tenant_id END, CASE WHEN $3 THEN domain_id END, $4, 'x' FROM domains WHERE name = $5
                """,
                [
                    .text(role.rawValue), .bool(role.reach != .platform), .bool(role.reach == .domain),
                    .text(try await calls().hashing.hash(Self.administratorPassword, for: .platform)), .text(domain.text),
                ])
        }
        _ = try await owner.query(
            """
            INSERT INTO administrator_sessions (token_digest, administrator_id, origin, expires_at)
            SELECT $1, administrator_id, '192.0.2.1', now() + interval '1 hour' FROM administrators WHERE name = $2 ON CONFLICT DO NOTHING
            """, [.bytea(try Cryptography.sha256(Array(token.utf8))), .text(role.rawValue)])
        return .network(address: "192.0.2.1", token: token)
    }

    /// A login that has no right, but to become one of the roles that administrators' calls are held to. The catalogue is closed as on a
    /// platform.
    func outsider() async throws -> PostgresPool {
        try await CatalogueFence(superuser: owner).close()
        let role = "casella_outsider"
        if try await owner.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [.text(role)]).isEmpty {
            try await owner.script(
                "CREATE ROLE \(role) LOGIN NOINHERIT; GRANT \(DatabaseRoles.administrator), \(DatabaseRoles.auditor) TO \(role)")
        }
        try await owner.script("GRANT CONNECT ON DATABASE \(name) TO \(role)")
        return PostgresPool(try await TemporaryPostgres.shared().configuration(database: name, user: role), maximumConnections: 4)
    }

    /// The router of all calls.
    /// - Parameter pool: what the calls have in the place of the control plane's login.
    func router(zone: [String] = [], callsBy pool: PostgresPool? = nil) -> AdminRouter {
        var calls = calls(zone: zone, patience: .milliseconds(500))
        if let pool { calls.database = AdministeredDatabase(pool: pool) }
        let router = AdminRouter(calls, database: control)
        router.serveAll()
        return router
    }
}

extension AdminResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
