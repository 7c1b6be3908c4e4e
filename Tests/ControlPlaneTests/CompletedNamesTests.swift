import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

@Suite("Names that the shell completes", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct CompletedNamesTests {
    @Test("Domains and their aliases are offered together where a command takes both, as far as they are the caller's")
    func domainNames() async throws {
        let platform = try await TestPlatform()
        _ = try await platform.owner.query(
            """
            WITH aliased AS (
                INSERT INTO domain_aliases (tenant_id, domain_id, name) SELECT tenant_id, domain_id, 'also.example' FROM domains),
            other AS (INSERT INTO tenants (name) VALUES ('other') RETURNING tenant_id)
            INSERT INTO domains (tenant_id, name) SELECT tenant_id, 'another.example' FROM other
            """)
        func names(_ kind: NameKind, _ prefix: String, _ part: AdministeredPart? = nil) async throws -> [String] {
            let request = platform.request(Nothing(), [:], query: ["kind": kind.rawValue, "prefix": prefix])
            let fence = DatabaseFence(reach: part.map { .part($0) } ?? .platform, readsOnly: true)
            return try await platform.calls().confined(to: fence).names(request).names
        }
        #expect(try await names(.domainNames, "") == ["acme.example", "also.example", "another.example"])
        #expect(try await names(.domainNames, "al") == ["also.example"])
        #expect(try await names(.domains, "al") == [])
        let part = AdministeredPart(tenant: platform.tenant, tenantName: try TenantName("acme"), domain: nil, domainName: nil)
        #expect(try await names(.domainNames, "", part) == ["acme.example", "also.example"])
        await platform.close()
    }
}
