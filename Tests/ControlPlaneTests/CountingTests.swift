import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// Lists count in one pass what each of their rows counts by itself when it is shown.
@Suite("What tenants and domains have", .timeLimit(.minutes(2))) @EventLoopActor struct CountingTests {
    @Test("A list counts as the single one does, in a part of the platform too; nothing deleted counts") func counts() async throws {
        let platform = try await TestPlatform()
        _ = try await platform.owner.query("INSERT INTO tenants (name) VALUES ('empty'), ('other')")
        for (tenant, domain, users) in [("acme", "second.example", 0), ("other", "other.example", 3), ("acme", "acme.example", 4)] {
            _ = try await platform.owner.query(
                """
                WITH made AS (
                    INSERT INTO domains (tenant_id, name) SELECT tenant_id, $2 FROM tenants WHERE name = $1
                    ON CONFLICT (name) DO UPDATE SET name = $2 RETURNING tenant_id, domain_id)
                INSERT INTO users (tenant_id, domain_id, local_part)
                SELECT tenant_id, domain_id, 'u' || n FROM made, generate_series(1, \(users)) n
                """, [.text(tenant), .text(domain)])
        }
        _ = try await platform.owner.query("UPDATE users SET deleted_at = now() WHERE local_part = 'u2'")
        let calls = platform.calls()
        let tenants = try await calls.tenants(), domains = try await calls.domains()
        #expect(tenants.map { "\($0.name) \($0.domains) \($0.users)" } == ["acme 2 3", "empty 0 0", "other 1 2"])
        #expect(domains.map { "\($0.name) \($0.users)" } == ["acme.example 3", "other.example 2", "second.example 0"])
        for tenant in tenants { #expect(try await calls.tenants(named: tenant.name) == [tenant]) }
        for domain in domains { #expect(try await calls.domains(named: domain.name) == [domain]) }
        #expect(try await calls.domains(tenant: TenantName("acme")) == domains.filter { $0.tenant.text == "acme" })

        let part = calls.confined(
            to: AdministeredPart(tenant: platform.tenant, tenantName: try TenantName("acme"), domain: nil, domainName: nil))
        #expect(try await part.tenants() == tenants.filter { $0.name.text == "acme" })
        #expect(try await part.domains() == domains.filter { $0.tenant.text == "acme" })
        await platform.close()
    }
}
