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

    @Test("Who administers a tenant is not told how many wrong logins came from a place for accounts of others") func pace() async throws {
        let platform = try await TestPlatform(), calls = platform.calls(), client = "192.0.2.7"
        try await platform.addUser("ann")
        let address = try EmailAddress("ann@acme.example")
        func wrong(_ account: String, _ guess: UInt64) {
            switch calls.authenticator.throttle.admit(account, from: ClientOrigin(client), guess: guess, now: .now) {
            case .tryAfter(_, let ticket): _ = calls.authenticator.throttle.finish(ticket, .wrong, now: .now)
            case .wait, .refuse: break
            }
        }
        func told(_ part: AdministeredPart?) async throws -> String {
            let caller = AdminCaller(name: "jo", role: .helpDesk, part: part, origin: "local", session: nil)
            let query = PathParameters(["address": address.text, "from": client, "service": "web"])
            let request = AdminRequest(body: Nothing(), path: PathParameters([:]), query: query, caller: caller)
            let step = try #require(try await calls.explainLogin(request).steps.first { $0.rule.hasPrefix("wrong logins") })
            return "\(step.says) \(step.change ?? "")"
        }
        let part = AdministeredPart(tenant: platform.tenant, tenantName: try TenantName("acme"), domain: nil, domainName: nil)
        var guess: UInt64 = 0
        while case .delayed(.zero) = calls.authenticator.pace(of: address, from: client) {
            guess += 1
            wrong("user\(guess)@other.example", guess)
            try #require(guess < 10_000)
        }
        #expect(try await told(nil).contains("login unlock "))
        #expect(["It would be tried a little later. ", "It would be refused untried. "].contains(try await told(part)))
        await platform.close()
    }
}
