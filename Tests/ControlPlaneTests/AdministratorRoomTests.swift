import AdminAPI
import Runtime
import Testing

@testable import ControlPlane

@Suite("How many administrators a tenant has", .serialized) @EventLoopActor struct AdministratorRoomTests {
    @Test("A tenant has a thousand at most, those of its domains counted, and the platform as many as it likes") func room() async throws {
        let platform = try await TestPlatform(), router = AdminRouter(platform.calls(), database: platform.control)
        router.serveAll()
        func create(_ place: String) async -> Int {
            let body = Array(#"{"name":"jo","role":\#(place),"password":{"given":"password"}}"#.utf8)
            return await router.answer(method: "POST", target: "/administrators", body: body, from: .machine(user: "root")).status
        }
        try await platform.owner.script(
            """
            INSERT INTO administrators (name, role, administered_tenant, hash, totp_secret)
            SELECT 'a' || g, 'help-desk', tenant_id, 'x', 'x' FROM tenants, generate_series(1, 999) g WHERE name = 'acme'
            """)
        #expect(await create(#""help-desk","tenant":"acme""#) == 400, "the password is a common one")
        try await platform.owner.script(
            """
            INSERT INTO administrators (name, role, administered_tenant, administered_domain, hash, totp_secret)
            SELECT 'bob', 'domain-administrator', tenant_id, domain_id, 'x', 'x' FROM domains WHERE name = 'acme.example'
            """)
        #expect(await create(#""help-desk","tenant":"acme""#) == 409)
        #expect(await create(#""domain-administrator","domain":"acme.example""#) == 409)
        #expect(await create(#""auditor""#) == 400)
        await platform.close()
    }
}
