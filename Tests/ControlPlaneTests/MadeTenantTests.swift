import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

@Suite("Tenants that are made by desired states", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct MadeTenantTests {
    private let desired: DesiredState

    init() throws {
        let domain = try DomainName("new.example")
        desired = .tenant(
            DesiredTenant(
                name: try TenantName("new"), domains: [DesiredDomain(name: domain)],
                aliases: [DesiredAlias(address: try AliasAddress("info@new.example"), targets: [try TargetAddress("x@else.example")])]))
    }

    private func fingerprint(_ platform: TestPlatform) async throws -> String {
        try await platform.calls().previewApply(platform.request(ApplyPreviewRequest(desired: desired), [:])).fingerprint
    }

    private func apply(_ fingerprint: String, _ platform: TestPlatform) async throws -> Applied {
        try await platform.calls().apply(platform.request(ApplyRequest(desired: desired, fingerprint: fingerprint), [:]))
    }

    private func tenants(_ platform: TestPlatform) async throws -> [String] {
        try await platform.calls().listTenants(platform.request(Nothing(), [:])).map(\.name.text)
    }

    private func roles(_ platform: TestPlatform) async throws -> Int64 {
        let found = try await platform.owner.query(
            "SELECT count(*) FROM tenants JOIN pg_roles ON rolname = 'casella_t' || tenant_id WHERE name = 'new'")
        return try found.first?.int8(0) ?? -1
    }

    @Test("Nobody sees one before all of it is there; one that is broken off leaves nothing, and is made by the next")
    func whole() async throws {
        let platform = try await TestPlatform(), shown = try await fingerprint(platform)
        let broken = try await platform.holding("LOCK TABLE aliases IN SHARE MODE", until: 1) {
            Task { try await apply(shown, platform) }
        } beforeLettingGo: {
            #expect(try await tenants(platform) == ["acme"])
            _ = try await platform.owner.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
                """)
        }
        await #expect(throws: (any Error).self) { try await broken.value }
        #expect(try await tenants(platform) == ["acme"])
        let applied = try await apply(fingerprint(platform), platform)
        #expect(applied.number != nil && applied.counts == ["add tenant": 1, "add domain": 1, "add alias": 1])
        #expect(Set(try await tenants(platform)) == ["acme", "new"])
        #expect(try await roles(platform) == 1)
        await platform.close()
    }

    @Test("One that somebody else makes meanwhile is not touched") func moved() async throws {
        let platform = try await TestPlatform(), shown = try await fingerprint(platform)
        _ = try await platform.calls().createTenant(platform.request(NewTenant(name: TenantName("new")), [:]))
        let error = await #expect(throws: AdminError.self) { try await apply(shown, platform) }
        #expect(error?.code == .conflict)
        #expect(try await platform.calls().listDomains(platform.request(Nothing(), [:])).map(\.name) == [platform.domain])
        await platform.close()
    }
}
