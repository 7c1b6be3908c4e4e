import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// Renames to a name that the user, or the domain, has as an alias already.
@Suite("Renames back", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct RenameTests {
    private func state(_ query: String, _ platform: TestPlatform) async throws -> [String] {
        try await platform.owner.query(query).rows.map { try $0.text(0) }
    }

    private func names(_ platform: TestPlatform) async throws -> [String] {
        try await state(
            """
            SELECT name FROM domains UNION ALL SELECT 'alias ' || name FROM domain_aliases
            UNION ALL SELECT 'key ' || selector || ' ' || coalesce(alias, '-') || ' ' || state FROM dkim_keys ORDER BY 1
            """, platform)
    }

    private func addKey(_ selector: String, alias: String?, _ state: String, _ platform: TestPlatform) async throws {
        _ = try await platform.owner.query(
            """
            INSERT INTO dkim_keys (tenant_id, domain_id, alias, selector, algorithm, private_key, public_key, state)
            SELECT tenant_id, domain_id, $2, $1, 'ed25519-sha256', '', '', $3 FROM domains
            """, [.text(selector), .optionalText(alias), .text(state)])
    }

    private func rename(_ old: String, _ new: String, keepAlias: Bool, _ calls: Provisioning, _ platform: TestPlatform) async throws {
        let body = DomainRename(name: try DomainName(new), keepAlias: keepAlias)
        _ = try await calls.renameDomain(platform.request(body, ["name": old]))
    }

    private func renameUser(_ old: String, _ new: String, keepAlias: Bool, _ calls: Provisioning, _ platform: TestPlatform) async throws {
        let body = UserRename(address: try EmailAddress(new), keepAlias: keepAlias)
        _ = try await calls.renameUser(platform.request(body, ["address": old]))
    }

    @Test("A domain takes its alias's name, and back again; keys stay with the name whose zone has them, also of one selector")
    func domainBack() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        try await addKey("may", alias: nil, "active", platform)
        try await rename("acme.example", "new.example", keepAlias: true, calls, platform)
        try await addKey("may", alias: nil, "waiting", platform)
        let between = ["alias acme.example", "key may - waiting", "key may acme.example active", "new.example"]
        #expect(try await names(platform) == between)
        let request = platform.request(DomainRename(name: platform.domain, keepAlias: true), ["name": "new.example"])
        let tried = try await calls.rehearsed { try await $0.renameDomain(request) }
        #expect(tried.name == platform.domain && tried.aliases.map(\.text) == ["new.example"])
        #expect(try await names(platform) == between)
        try await rename("new.example", "acme.example", keepAlias: true, calls, platform)
        #expect(try await names(platform) == ["acme.example", "alias new.example", "key may - active", "key may new.example waiting"])
        try await rename("acme.example", "new.example", keepAlias: true, calls, platform)
        #expect(try await names(platform) == between)
        await platform.close()
    }

    @Test("Without an alias the old name goes, with its keys where the new one has its own") func domainBackAlone() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        try await addKey("may", alias: nil, "active", platform)
        try await rename("acme.example", "new.example", keepAlias: true, calls, platform)
        try await addKey("june", alias: nil, "active", platform)
        try await rename("new.example", "acme.example", keepAlias: false, calls, platform)
        #expect(try await names(platform) == ["acme.example", "key may - active"])
        _ = try await calls.createDomainAlias(platform.request(DomainAlias(name: DomainName("also.example"), domain: platform.domain), [:]))
        try await rename("acme.example", "also.example", keepAlias: false, calls, platform)
        #expect(try await names(platform) == ["also.example", "key may - waiting"])
        await platform.close()
    }

    @Test("Another domain's alias is nobody else's new name") func foreignAlias() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        _ = try await platform.owner.query("INSERT INTO domains (tenant_id, name) SELECT tenant_id, 'second.example' FROM tenants")
        _ = try await calls.createDomainAlias(
            platform.request(DomainAlias(name: DomainName("also.example"), domain: DomainName("second.example")), [:]))
        let error = await #expect(throws: AdminError.self) {
            try await rename("acme.example", "also.example", keepAlias: true, calls, platform)
        }
        #expect(error?.code == .alreadyExists && error?.message == "also.example is an alias of the domain second.example.")
        #expect(try await names(platform) == ["acme.example", "alias also.example", "second.example"])
        await platform.close()
    }

    @Test("A user takes an address that is an alias of nobody else, by whatever name of the domain; others' it does not take")
    func userBack() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        _ = try await calls.createDomainAlias(platform.request(DomainAlias(name: DomainName("also.example"), domain: platform.domain), [:]))
        _ = try await platform.owner.query(
            "INSERT INTO users (tenant_id, domain_id, local_part) SELECT tenant_id, domain_id, unnest('{ann,bob}'::text[]) FROM domains")
        let ann = "ann@acme.example", anna = "anna@acme.example"
        let addresses = """
            SELECT local_part FROM users UNION ALL SELECT local_part || ' to ' || target FROM aliases ORDER BY 1
            """
        try await renameUser(ann, anna, keepAlias: true, calls, platform)
        #expect(try await state(addresses, platform) == ["ann to \(anna)", "anna", "bob"])
        try await renameUser(anna, ann, keepAlias: true, calls, platform)
        #expect(try await state(addresses, platform) == ["ann", "anna to \(ann)", "bob"])
        _ = try await platform.owner.query("UPDATE aliases SET target = 'Ann@also.example'")
        _ = try await platform.owner.query(#"UPDATE tenants SET limits = '{"aliases": 1}'"#)
        try await renameUser(ann, anna, keepAlias: true, calls, platform)
        #expect(try await state(addresses, platform) == ["ann to \(anna)", "anna", "bob"], "the plan's number is not exceeded on the way")
        try await renameUser(anna, ann, keepAlias: false, calls, platform)
        #expect(try await state(addresses, platform) == ["ann", "bob"])
        for targets in [["bob@acme.example"], [ann, "bob@acme.example"], ["ann+lists@acme.example"]] {
            _ = try await platform.owner.query("DELETE FROM aliases")
            _ = try await platform.owner.query(
                """
                INSERT INTO aliases (tenant_id, domain_id, local_part, target)
                SELECT tenant_id, domain_id, 'info', unnest($1::text[]) FROM domains
                """, [.textArray(targets)])
            let error = await #expect(throws: AdminError.self) {
                try await renameUser(ann, "info@acme.example", keepAlias: true, calls, platform)
            }
            #expect(error?.message == "info@acme.example is an alias.")
        }
        await platform.close()
    }
}
