import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// Aliases and groups that are deleted, kept, and brought back.
@Suite("Deleted aliases and groups", .serialized, .timeLimit(.minutes(3))) @EventLoopActor struct KeptAddressTests {
    let info = "info@acme.example", team = "team@acme.example"

    /// With the users ann, bob and carl of the domain and eve of another one of the tenant.
    func platform() async throws -> TestPlatform {
        let platform = try await TestPlatform()
        _ = try await platform.owner.query("INSERT INTO domains (tenant_id, name) SELECT tenant_id, 'second.example' FROM tenants")
        _ = try await platform.owner.query(
            """
            INSERT INTO users (tenant_id, domain_id, local_part)
            SELECT tenant_id, domain_id, n FROM domains, unnest(ARRAY['ann', 'bob', 'carl', 'eve']) n
            WHERE (n = 'eve') = (name = 'second.example')
            """)
        return platform
    }

    func alias(_ address: String, to targets: [String], on calls: Provisioning, _ platform: TestPlatform) async throws {
        let new = NewAlias(address: try AliasAddress(address), targets: try targets.map { try TargetAddress($0) })
        _ = try await calls.createAlias(platform.request(new, [:]))
    }

    func group(
        _ address: String, _ members: [String], owners: [String] = [], posting: PostingRule = .members, on calls: Provisioning,
        _ platform: TestPlatform
    ) async throws {
        let new = NewGroup(
            address: try EmailAddress(address), posting: posting, owners: try owners.map { try TargetAddress($0) },
            members: try members.map { try TargetAddress($0) })
        _ = try await calls.createGroup(platform.request(new, [:]))
    }

    func request(_ address: String, now: Bool = false, on platform: TestPlatform) -> AdminRequest<Nothing> {
        platform.request(Nothing(), ["address": address], query: now ? ["now": "true"] : [:])
    }

    func kept(_ calls: Provisioning, _ platform: TestPlatform) async throws -> [String] {
        try await calls.listDeleted(platform.request(Nothing(), [:])).map { "\($0.level.rawValue) \($0.name)" }
    }

    func refusal(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "done"
        } catch {
            return (error as? AdminError).map { "\($0.code) \($0.message)" } ?? "\(error)"
        }
    }

    @Test(
        "An alias is out of service, its address free, and comes back as it was; a catch-all too",
        arguments: ["info@acme.example", "@acme.example"])
    func alias(address: String) async throws {
        let platform = try await platform(), calls = platform.calls(), targets = ["ann@acme.example", "x@far.example"]
        try await alias(address, to: targets, on: calls, platform)
        let request = request(address, on: platform)
        let tried = try await calls.rehearsed { try await $0.deleteAlias(request) }
        #expect(!tried.destroyed && tried.keptUntil != nil)
        #expect(try await kept(calls, platform) == [])
        let deletion = try await calls.deleteAlias(request)
        #expect(!deletion.destroyed && deletion.keptUntil != nil)
        #expect(await refusal { _ = try await calls.showAlias(request) } == "notFound There is no alias \(address).")
        #expect(await refusal { _ = try await calls.deleteAlias(request) } == "notFound There is no alias \(address).")
        #expect(try await kept(calls, platform) == ["alias \(address)"])
        let one = try #require(try await calls.listDeleted(platform.request(Nothing(), [:])).first)
        #expect(one.deletedBy == "test" && one.usage == .none && !one.held && one.keptUntil == deletion.keptUntil)
        let trial = try await calls.rehearsed { try await $0.undeleteAlias(request) }
        #expect(trial.alias.targets.map(\.text) == targets && trial.leftOut == [])
        #expect(try await kept(calls, platform) == ["alias \(address)"])
        let back = try await calls.undeleteAlias(request)
        #expect(back == trial)
        #expect(try await kept(calls, platform) == [])
        #expect(await refusal { _ = try await calls.undeleteAlias(request) } == "notFound There is no deleted alias \(address).")
        await platform.close()
    }

    @Test("A group comes back with its rule, owners and members, groups among them; of several the one that was deleted last")
    func group() async throws {
        let platform = try await platform(), calls = platform.calls(), request = request(team, on: platform)
        try await group("inner@acme.example", ["bob@acme.example"], on: calls, platform)
        try await group(team, ["x@far.example"], on: calls, platform)
        _ = try await calls.deleteGroup(request)
        let members = ["ann@acme.example", "eve@second.example", "inner@acme.example", "x@far.example"]
        try await group(team, members, owners: ["carl@acme.example", "ann@acme.example"], posting: .owners, on: calls, platform)
        let before = try await calls.showGroup(request)
        _ = try await calls.deleteGroup(request)
        #expect(await refusal { _ = try await calls.undeleteAlias(request) } == "notFound There is no deleted alias \(team).")
        let back = try await calls.undeleteGroup(request)
        #expect(back.group == before && back.leftOut == [] && back.group.members?.map(\.text) == members)
        #expect(try await kept(calls, platform) == ["group \(team)"], "the earlier one")
        await platform.close()
    }

    @Test("What took the address meanwhile is named, and the deleted one stays kept") func taken() async throws {
        let platform = try await platform(), calls = platform.calls(), request = request(info, on: platform)
        try await alias(info, to: ["ann@acme.example"], on: calls, platform)
        _ = try await calls.deleteAlias(request)
        func undeletion() async throws { _ = try await calls.undeleteAlias(request) }
        let insertion = "SELECT tenant_id, domain_id, 'info' FROM domains WHERE name = 'acme.example'"
        for (table, columns, words) in [
            ("users", "tenant_id, domain_id, local_part", "\(info) is a user."),
            ("groups", "tenant_id, domain_id, local_part", "\(info) is a group."),
        ] {
            _ = try await platform.owner.query("INSERT INTO \(table) (\(columns)) \(insertion)")
            #expect(await refusal(undeletion) == "alreadyExists \(words)")
            _ = try await platform.owner.query("DELETE FROM \(table) WHERE local_part = 'info'")
        }
        _ = try await platform.owner.query(
            "INSERT INTO users (tenant_id, domain_id, local_part, shared) \(insertion.replacing("'info'", with: "'info', true"))")
        #expect(await refusal(undeletion).contains("shared mailbox"))
        _ = try await platform.owner.query("DELETE FROM users WHERE local_part = 'info'")
        try await alias(info, to: ["bob@acme.example"], on: calls, platform)
        #expect(await refusal(undeletion) == "alreadyExists The alias \(info) exists already.")
        #expect(try await kept(calls, platform) == ["alias \(info)"])
        _ = try await calls.deleteAlias(request)
        #expect(try await calls.undeleteAlias(request).alias.targets.map(\.text) == ["bob@acme.example"], "the last one")
        await platform.close()
    }

    @Test("Who is gone meanwhile is named and left out, by whatever name; who is elsewhere, or found by a catch-all, is not")
    func gone() async throws {
        let platform = try await platform(), calls = platform.calls()
        _ = try await calls.createDomainAlias(
            platform.request(DomainAlias(name: try DomainName("also.example"), domain: platform.domain), [:]))
        try await group("inner@acme.example", ["ann@acme.example"], on: calls, platform)
        let members = ["Bob+work@also.example", "ann@acme.example", "eve@second.example", "inner@acme.example", "x@far.example"]
        try await group(team, members, owners: ["bob@acme.example", "ann@acme.example"], on: calls, platform)
        try await alias(info, to: ["bob@acme.example"], on: calls, platform)
        _ = try await calls.deleteGroup(request(team, on: platform))
        _ = try await calls.deleteAlias(request(info, on: platform))
        _ = try await calls.deleteGroup(request("inner@acme.example", on: platform))
        _ = try await calls.deleteUser(request("bob@acme.example", on: platform))
        _ = try await calls.deleteDomain(platform.request(Nothing(), ["name": "second.example"]))
        #expect(
            await refusal { _ = try await calls.undeleteAlias(request(info, on: platform)) }
                == "conflict All that the alias \(info) led to is gone.")
        let back = try await calls.undeleteGroup(request(team, on: platform))
        #expect(back.group.members?.map(\.text) == ["ann@acme.example", "x@far.example"])
        #expect(back.group.owners.map(\.text) == ["ann@acme.example"])
        #expect(back.leftOut.map(\.text) == ["Bob+work@also.example", "bob@acme.example", "eve@second.example", "inner@acme.example"])
        #expect(back.auditedText.contains(#""left_out":[["Bob+work@also.example""#))
        try await alias("@acme.example", to: ["ann@acme.example"], on: calls, platform)
        #expect(try await calls.undeleteAlias(request(info, on: platform)).leftOut == [], "the catch-all has that mail")
        await platform.close()
    }

    @Test("They follow users and domains that are renamed, and go with their domain") func renamed() async throws {
        let platform = try await platform(), calls = platform.calls()
        try await alias(info, to: ["ann@acme.example", "eve@second.example"], on: calls, platform)
        try await group(team, ["ann@acme.example"], owners: ["eve@second.example"], on: calls, platform)
        _ = try await calls.deleteAlias(request(info, on: platform))
        _ = try await calls.deleteGroup(request(team, on: platform))
        let rename = UserRename(address: try EmailAddress("anna@acme.example"), keepAlias: false)
        _ = try await calls.renameUser(platform.request(rename, ["address": "ann@acme.example"]))
        for (old, new) in [("second.example", "third.example"), ("acme.example", "top.example")] {
            let rename = DomainRename(name: try DomainName(new), keepAlias: false)
            _ = try await calls.renameDomain(platform.request(rename, ["name": old]))
        }
        let alias = try await calls.undeleteAlias(request("info@top.example", on: platform))
        #expect(alias.alias.targets.map(\.text) == ["anna@top.example", "eve@third.example"] && alias.leftOut == [])
        let group = try await calls.undeleteGroup(request("team@top.example", on: platform))
        #expect(group.group.members?.map(\.text) == ["anna@top.example"] && group.group.owners.map(\.text) == ["eve@third.example"])
        _ = try await calls.deleteAlias(request("info@top.example", on: platform))
        _ = try await calls.deleteDomain(platform.request(Nothing(), ["name": "top.example"], query: ["now": "true"]))
        #expect(try await platform.owner.query("SELECT 1 FROM kept_addresses").isEmpty)
        await platform.close()
    }

    @Test("A circle or too many aliases keep it deleted") func refused() async throws {
        let platform = try await platform(), calls = platform.calls(), request = request(team, on: platform)
        try await group("inner@acme.example", ["ann@acme.example"], on: calls, platform)
        try await group(team, ["inner@acme.example"], on: calls, platform)
        _ = try await calls.deleteGroup(request)
        let body = GroupMembers([try TargetAddress(team)])
        _ = try await calls.addMembers(platform.request(body, ["address": "inner@acme.example"]))
        #expect(await refusal { _ = try await calls.undeleteGroup(request) }.contains("a member of itself"))
        _ = try await calls.removeMembers(platform.request(body, ["address": "inner@acme.example"]))
        _ = try await platform.owner.query(#"UPDATE tenants SET limits = '{"aliases": 1}'"#)
        #expect(await refusal { _ = try await calls.undeleteGroup(request) }.contains("allows 1 aliases"))
        #expect(try await kept(calls, platform) == ["group \(team)"])
        _ = try await platform.owner.query("UPDATE tenants SET limits = '{}'")
        _ = try await calls.undeleteGroup(request)
        await platform.close()
    }
}
