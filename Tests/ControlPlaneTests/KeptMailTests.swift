import AdminAPI
import Postgres
import Quantities
import Runtime
import Testing

@testable import ControlPlane

/// Mail of deleted users: how much it is, and how much a part's administrators may have kept.
@Suite("Mail that is kept", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct KeptMailTests {
    /// With ann (100 octets), bob (50), carl (nothing) and, of another domain, eve (30).
    private func platform() async throws -> TestPlatform {
        let platform = try await TestPlatform()
        try await platform.owner.script(
            """
            INSERT INTO domains (tenant_id, name) SELECT tenant_id, 'second.example' FROM tenants;
            INSERT INTO users (tenant_id, domain_id, local_part)
                SELECT tenant_id, domain_id, n FROM domains, unnest(ARRAY['ann', 'bob', 'carl', 'eve']) n
                WHERE (n = 'eve') = (name = 'second.example');
            INSERT INTO user_usage SELECT tenant_id, user_id, b, 1 FROM users
                JOIN (VALUES ('ann', 100), ('bob', 50), ('eve', 30)) AS m (n, b) ON n = local_part;
            INSERT INTO domain_usage SELECT u.tenant_id, u.domain_id, sum(f.bytes), sum(f.messages)
                FROM users u JOIN user_usage f USING (tenant_id, user_id) GROUP BY 1, 2;
            INSERT INTO tenant_usage SELECT tenant_id, sum(bytes), sum(messages) FROM domain_usage GROUP BY 1;
            INSERT INTO tenants (name) VALUES ('other')
            """)
        return platform
    }

    /// Used and kept, of the tenant and of each domain that is there.
    private func figures(_ platform: TestPlatform) async throws -> [String] {
        let calls = platform.calls(), listed = try await calls.tenants(), shown = try await calls.tenant(TenantName("acme"))
        #expect(listed.first { $0.name == shown.name } == shown)
        #expect(listed.first { $0.name.text == "other" }?.kept == Usage.none)
        var figures: [String] = []
        for domain in try await calls.domains() {
            let report = try await calls.quotaReport(.domain(domain.name))
            figures += report.levels.map { "\($0.name) \($0.usage.bytes.octets) \($0.kept?.bytes.octets ?? -1)" }
            #expect(report.levels.last?.kept == shown.kept)
        }
        let day = try await calls.listUsage(platform.request(Nothing(), [:], query: ["tenant": "acme"]))
        #expect(day.map(\.keptBytes) == [shown.kept.bytes])
        return Set(figures).sorted()
    }

    private func delete(_ address: String, now: Bool = false, _ platform: TestPlatform) async throws {
        _ = try await platform.calls().deleteUser(
            platform.request(Nothing(), ["address": address], query: now ? ["now": "true"] : [:]))
    }

    @Test("What is kept of deleted users and domains is told of tenant and domain, until it comes back or is destroyed")
    func told() async throws {
        let platform = try await platform(), calls = platform.calls()
        let before = ["acme 180 0", "acme.example 150 0", "second.example 30 0"]
        #expect(try await figures(platform) == before)
        try await delete("ann@acme.example", platform)
        #expect(try await figures(platform) == ["acme 80 100", "acme.example 50 100", "second.example 30 0"])
        #expect(try await calls.quotaReport(.user(EmailAddress("bob@acme.example"))).levels.map(\.kept?.messages) == [nil, 1, 1])
        let domain = platform.request(Nothing())
        _ = try await calls.deleteDomain(domain)
        #expect(try await figures(platform) == ["acme 30 150", "second.example 30 0"], "with who was deleted in it before")
        _ = try await calls.undeleteDomain(domain)
        #expect(try await figures(platform) == ["acme 80 100", "acme.example 50 100", "second.example 30 0"])
        let body = UserUndeletion(address: try EmailAddress("ann@second.example"))
        _ = try await calls.undeleteUser(platform.request(body, ["address": "ann@acme.example"]))
        #expect(try await figures(platform) == ["acme 180 0", "acme.example 50 0", "second.example 130 0"])
        try await delete("ann@second.example", platform)
        try await delete("ann@second.example", now: true, platform)
        #expect(try await figures(platform) == ["acme 80 0", "acme.example 50 0", "second.example 30 0"])
        await platform.close()
    }

    private enum Caller: CaseIterable { case tenant, domain }

    /// Why the administrator may not delete the user; nil: it is done.
    private func refusal(
        of address: String, by caller: Caller, now: Bool = false, isTrial: Bool = false, _ platform: TestPlatform
    ) async throws -> AdminError? {
        let keys = try await platform.owner.query("SELECT domain_id FROM domains WHERE name = 'acme.example'")
        let part = AdministeredPart(
            tenant: platform.tenant, tenantName: try TenantName("acme"), domain: caller == .domain ? try keys.first?.int8(0) : nil,
            domainName: caller == .domain ? platform.domain : nil)
        var request = platform.request(Nothing(), ["address": address], query: now ? ["now": "true"] : [:])
        request = AdminRequest(
            body: Nothing(), path: request.path, query: request.query,
            caller: AdminCaller(name: "jo", role: .tenantAdministrator, part: part, origin: "192.0.2.1", session: nil))
        let made = request, calls = platform.calls().confined(to: part)
        do {
            _ = isTrial ? try await calls.rehearsed { try await $0.deleteUser(made) } : try await calls.deleteUser(made)
            return nil
        } catch let error as AdminError {
            return error
        }
    }

    @Test("A part's administrator has no more kept than the tenant's storage, or the domain's, may hold; who runs the platform has")
    func bounded() async throws {
        for limits in [
            "UPDATE tenants SET quota_bytes = 120 WHERE name = 'acme'",
            #"UPDATE tenants SET limits = '{"storage": 120}' WHERE name = 'acme'"#,
            "UPDATE domains SET quota_bytes = 120 WHERE name = 'acme.example'",
        ] {
            for caller in Caller.allCases {
                let platform = try await platform(), level = limits.contains("domains") ? "domain acme.example" : "tenant acme"
                try await platform.owner.script(limits)
                #expect(try await refusal(of: "ann@acme.example", by: caller, platform) == nil)
                for isTrial in [true, false] {
                    let error = try await refusal(of: "bob@acme.example", by: caller, isTrial: isTrial, platform)
                    #expect(error?.code == .conflict)
                    #expect(
                        error?.message
                            == "150 B of deleted users' mail would be kept, and the storage of the \(level) is limited to 120 B.")
                    #expect(error?.hint?.contains("--now") == true)
                }
                #expect(try await refusal(of: "carl@acme.example", by: caller, platform) == nil, "without mail")
                #expect(try await refusal(of: "bob@acme.example", by: caller, now: true, isTrial: true, platform) == nil)
                // What is destroyed makes room again.
                #expect(try await refusal(of: "ann@acme.example", by: caller, now: true, platform) == nil)
                #expect(try await refusal(of: "bob@acme.example", by: caller, platform) == nil)
                await platform.close()
            }
        }
        let platform = try await platform()
        try await platform.owner.script("UPDATE tenants SET quota_bytes = 120")
        try await delete("ann@acme.example", platform)
        try await delete("bob@acme.example", platform)
        #expect(try await figures(platform) == ["acme 30 150", "acme.example 0 150", "second.example 30 0"])
        await platform.close()
    }

    @Test("A domain's limit bounds what is kept of that domain, and of no other; a plan that keeps nothing bounds nothing")
    func elsewhere() async throws {
        let platform = try await platform()
        try await platform.owner.script("UPDATE domains SET quota_bytes = 40 WHERE name = 'acme.example'")
        try await delete("bob@acme.example", platform)
        #expect(try await refusal(of: "eve@second.example", by: .tenant, platform) == nil)
        #expect(try await refusal(of: "ann@acme.example", by: .tenant, platform)?.code == .conflict)
        try await platform.owner.script(#"UPDATE tenants SET limits = '{"keptDays": 0}'"#)
        #expect(try await refusal(of: "ann@acme.example", by: .tenant, platform) == nil)
        await platform.close()
    }

    @Test("An apply by a tenant's administrator is bounded too, when it is looked at already") func applied() async throws {
        let platform = try await platform()
        try await platform.owner.script("UPDATE tenants SET quota_bytes = 120")
        let part = AdministeredPart(tenant: platform.tenant, tenantName: try TenantName("acme"), domain: nil, domainName: nil)
        func refusal(keeping users: [String]) async throws -> String? {
            let desired = DesiredState.tenant(
                DesiredTenant(
                    name: try TenantName("acme"),
                    domains: try ["acme.example", "second.example"].map { DesiredDomain(name: try DomainName($0)) },
                    users: try users.map { DesiredUser(address: try EmailAddress($0)) }))
            let request = AdminRequest(
                body: ApplyPreviewRequest(desired: desired, prune: true), path: PathParameters([:]), query: PathParameters([:]),
                caller: AdminCaller(name: "jo", role: .tenantAdministrator, part: part, origin: "192.0.2.1", session: nil))
            do {
                _ = try await platform.calls().confined(to: part).previewApply(request)
                return nil
            } catch let error as AdminError {
                return error.message
            }
        }
        #expect(try await refusal(keeping: ["bob@acme.example", "eve@second.example"]) == nil)
        #expect(try await refusal(keeping: ["eve@second.example"])?.hasPrefix("150 B of deleted users' mail would be kept") == true)
        await platform.close()
    }
}
