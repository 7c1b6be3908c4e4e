import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

@Suite("Suspension", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct SuspensionTests {
    @Test("A reason stays until another is given, none is wished, or all is resumed") func reasons() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        try await platform.addUser("ann")
        let paths: [[String: String]] = [["address": "ann@acme.example"], ["name": "acme"]]
        for (path, isUser) in zip(paths, [true, false]) {
            func suspend(_ change: SuspensionChange) async throws -> String? {
                let request = platform.request(change, path)
                return isUser
                    ? try await calls.suspendUser(request).suspensionReason?.text
                    : try await calls.suspendTenant(request).suspensionReason?.text
            }
            let unpaid = try SuspensionReason("Not paid"), left = try SuspensionReason("Left us")
            #expect(try await suspend(SuspensionChange(what: [.incoming])) == nil)
            #expect(try await suspend(SuspensionChange(what: [.login], reason: unpaid)) == "Not paid")
            #expect(try await suspend(SuspensionChange(what: [.outgoing])) == "Not paid")
            #expect(try await suspend(SuspensionChange(reason: left)) == "Left us")
            await #expect(throws: AdminError.self) { _ = try await suspend(SuspensionChange(reason: left, withoutReason: true)) }
            #expect(try await suspend(SuspensionChange(withoutReason: true)) == nil)
            #expect(try await suspend(SuspensionChange(reason: unpaid)) == "Not paid")
            let resume = platform.request(SuspensionChange(), path)
            let reason = isUser ? try await calls.resumeUser(resume).suspensionReason : try await calls.resumeTenant(resume).suspensionReason
            #expect(reason == nil)
            #expect(try await suspend(SuspensionChange()) == nil, "the reason went with what it was for")
        }
        await platform.close()
    }

    @Test("Administrators' sessions end with what they rest on, and do not come back with it") func sessions() async throws {
        let platform = try await TestPlatform(), router = platform.router()
        func isLoggedIn(_ origin: AdminOrigin) async -> Bool {
            await router.answer(method: "GET", target: "/session", body: [], from: origin).status == 200
        }
        let endings: [(String, String, Bool)] = [
            (
                "UPDATE tenants SET suspended = '{incoming,outgoing,login}'", "UPDATE tenants SET suspended = '{}'", true
            ),
            ("UPDATE tenants SET deleted_at = now()", "UPDATE tenants SET deleted_at = NULL", true),
            ("UPDATE domains SET deleted_at = now()", "UPDATE domains SET deleted_at = NULL", false),
            ("UPDATE administrators SET state = 'suspended'", "UPDATE administrators SET state = 'active'", true),
        ]
        for (end, back, isOfTenant) in endings {
            let tenant = try await platform.administrator(.tenantAdministrator)
            let domain = try await platform.administrator(.domainAdministrator)
            #expect(await isLoggedIn(tenant))
            #expect(await isLoggedIn(domain))
            try await platform.owner.script("\(end); \(back)")
            #expect(await isLoggedIn(tenant) == !isOfTenant, "\(end)")
            #expect(await isLoggedIn(domain) == false, "\(end)")
        }
        // Of mail alone it is not.
        let tenant = try await platform.administrator(.tenantAdministrator)
        try await platform.owner.script("UPDATE tenants SET suspended = '{incoming,outgoing}'")
        #expect(await isLoggedIn(tenant))
        await platform.close()
    }
}
