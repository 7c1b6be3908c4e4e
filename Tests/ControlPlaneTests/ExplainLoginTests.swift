import AdminAPI
import Runtime
import Testing

@testable import ControlPlane

@Suite("What a login would meet", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct ExplainLoginTests {
    @Test("What a login meets when there are many sessions is told as the gateway decides it") func sessions() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        func verdict(_ open: Int, _ limit: Int) -> Explanation.Verdict {
            calls.sessions("r", open, of: limit, "a tenant", reply: "NO [LIMIT]", target: "acme", setting: "sessionsPerTenant").verdict
        }
        #expect(verdict(1, 2) == .passes && verdict(2, 2) == .refuses && verdict(3, 2) == .refuses)
        #expect(verdict(10_000, 20_000) == .tells && verdict(10_000, 10_000) == .refuses)
        await platform.close()
    }
}
