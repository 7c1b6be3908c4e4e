import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

@Suite("Where quotas come from", .serialized) @EventLoopActor struct QuotaSourceTests {
    @Test("Where a quota comes from is told of storage and of messages, at each level") func sources() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        _ = try await platform.owner.query(
            "INSERT INTO users (tenant_id, user_id, domain_id, local_part) SELECT tenant_id, 7, domain_id, 'ann' FROM domains")
        let ann = try EmailAddress("ann@acme.example"), path = ["target": ann.text]
        _ = try await calls.setQuota(platform.request(QuotaChange(messages: .to(9)), path))
        _ = try await calls.setQuota(platform.request(QuotaChange(messages: .to(90)), ["target": "acme"]))
        let levels = try await calls.quotaReport(.user(ann)).levels
        #expect(levels.map(\.source) == [.nobody, .nobody, .nobody])
        #expect(levels.map(\.messagesSource) == [.user(ann), .nobody, .tenant(try TenantName("acme"))])
        await platform.close()
    }
}
