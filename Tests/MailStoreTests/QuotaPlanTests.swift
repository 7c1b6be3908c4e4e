import Postgres
import Runtime
import TestSupport
import Testing

@testable import MailStore

/// How PostgreSQL finds what quotas are reckoned from.
@Suite("Plans of quotas' questions") @EventLoopActor struct QuotaPlanTests {
    @Test("Users' figures are found by keys of the users, though no statistics tell how many there are", arguments: [1, 201])
    func figures(asked: Int64) async throws {
        let server = try await TestTenant.Server.start(on: TemporaryPostgres.shared()), tenant = try await TestTenant.make(on: server)
        _ = try await server.pool.query(
            """
            WITH made AS (
                INSERT INTO users (tenant_id, domain_id, local_part) SELECT $1, $2, 'u' || n FROM generate_series(1, 5000) n RETURNING *)
            INSERT INTO user_usage (tenant_id, user_id, bytes, messages) SELECT tenant_id, user_id, 1000, 1 FROM made
            """, [.int8(tenant.id), .int8(tenant.domain)])
        let users = try await tenant.users().prefix(Int(asked))
        let worker = PostgresPool(server.cluster.configuration(database: server.database, user: tenant.role), maximumConnections: 1)
        let plan = try await worker.query("EXPLAIN \(TenantStore.userFigures)", [.int8(tenant.id), .int8Array(Array(users))])
            .rows.map { try $0.text(0) }
        let told = plan.joined(separator: "\n")
        for table in ["users", "user_usage"] { #expect(!plan.contains { $0.contains("Seq Scan on \(table)") }, "\(told)") }
        let byUser = plan.filter { $0.contains("Index Cond") && $0.contains("user_id = ") }
        #expect(byUser.count == 2 && byUser.allSatisfy { $0.contains("tenant_id = ") }, "\(told)")
        let found = try await worker.query(TenantStore.userFigures, [.int8(tenant.id), .int8Array(Array(users) + [-1])])
        #expect(found.rows.count == users.count)
        await worker.close()
        await server.pool.close()
    }
}
