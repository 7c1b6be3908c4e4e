import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

@Suite("What a change of plans would mean", .serialized, .timeLimit(.minutes(1))) @EventLoopActor struct PlanImpactTests {
    private func overQuota(_ limits: [LimitName: LimitValue?], on platform: TestPlatform) async throws -> [String] {
        let desired = DesiredState.plans(DesiredPlans(plans: [DesiredPlan(name: .standard, limits: LimitChanges(limits))]))
        return try await platform.calls().previewApply(platform.request(ApplyPreviewRequest(desired: desired), [:])).impact.overQuota
    }

    @Test("Tenants and users who would be over their quota are named, but for those who are already, or have one of their own")
    func overQuota() async throws {
        let platform = try await TestPlatform()
        try await platform.owner.script(
            """
            INSERT INTO tenants (name, quota_bytes) VALUES ('own', 1000), ('free', -1), ('beta', NULL);
            UPDATE tenants SET limits = '{"storage": 900}' WHERE name = 'beta';
            INSERT INTO tenants (name, plan) SELECT 'other', name FROM plans WHERE name <> 'default' LIMIT 1;
            INSERT INTO users (tenant_id, domain_id, local_part) SELECT tenant_id, domain_id, 'ann' FROM domains;
            INSERT INTO tenant_usage (tenant_id, bytes, messages) SELECT tenant_id, 500, 1 FROM tenants
                ON CONFLICT (tenant_id) DO UPDATE SET bytes = 500;
            INSERT INTO user_usage (tenant_id, user_id, bytes, messages) SELECT tenant_id, user_id, 500, 1 FROM users
                ON CONFLICT (tenant_id, user_id) DO UPDATE SET bytes = 500
            """)
        #expect(try await overQuota([.storage: .number(500)], on: platform) == [])
        #expect(try await overQuota([.storage: .number(499)], on: platform) == ["acme"])
        #expect(try await overQuota([.userQuota: .number(499)], on: platform) == ["ann@acme.example"])
        #expect(try await overQuota([.storage: .number(1), .largestUserQuota: .number(1)], on: platform) == ["acme", "ann@acme.example"])
        try await platform.owner.script(#"UPDATE plans SET limits = '{"storage": 400}' WHERE name = 'default'"#)
        #expect(try await overQuota([.storage: .number(300)], on: platform) == [], "it is over it already")
        await platform.close()
    }
}
