import MailStore
import Runtime
import Testing

@EventLoopActor
@Suite struct GroupResolutionTests {
    private struct LeadsNowhere: Error { let found: Resolution }

    private func targets(_ localPart: String, of tenant: TestTenant, in store: TenantStore) async throws -> ResolvedTargets {
        let found = try await store.resolve(localPart: localPart, domain: tenant.domainName)
        guard case .targets(let targets) = found else { throw LeadsNowhere(found: found) }
        return targets
    }

    @Test("A group leads to users, aliases, groups in it and addresses outside, each once") func members() async throws {
        let tenant = try await TestTenant.make()
        for name in ["ann", "bob", "eve"] { _ = try await tenant.user(name) }
        let domain = tenant.domainName
        try await tenant.alias("boss", to: "ann@\(domain)")
        try await tenant.alias("boss", to: "boss@far.example")
        try await tenant.group("inner", posting: "owners", members: ["bob@\(domain)", "eve@\(domain)", "in@far.example"])
        try await tenant.group("team", members: ["Bob@\(domain)", "boss@\(domain)", "inner@\(domain)", "out@far.example"])
        try await tenant.alias("info", to: "eve@\(domain)")
        try await tenant.alias("info", to: "team@\(domain)")
        try await tenant.alias("info", to: "x@far.example")
        try await tenant.withStore { store async throws in
            let team = try await targets("team", of: tenant, in: store)
            #expect(Set(team.users.map(\.user.localPart)) == ["ann", "bob", "eve"] && team.users.count == 3)
            #expect(team.users.allSatisfy { $0.group == "team@\(domain)" })
            #expect(Set(team.external) == ["boss@far.example", "in@far.example", "out@far.example"])
            #expect(team.groups.map(\.address) == ["team@\(domain)"], "the rule of the group that is addressed")
            #expect(team.groups.first?.external.count == 3)
            let info = try await targets("info", of: tenant, in: store)
            #expect(info.users.first { $0.user.localPart == "eve" }?.group == nil, "found before the group")
            #expect(info.users.first { $0.user.localPart == "bob" }?.group == "team@\(domain)")
            #expect(info.groups.map(\.address) == ["team@\(domain)"], "an alias is no way around the rule")
            #expect(info.groups.first?.external.contains("x@far.example") == false && info.external.count == 4)
            #expect(try await targets("team+x", of: tenant, in: store).groups.count == 1)
        }
    }

    @Test("Circles are harmless; a group without members is nobody's address") func circles() async throws {
        let tenant = try await TestTenant.make()
        _ = try await tenant.user("ann")
        let domain = tenant.domainName
        try await tenant.group("one", members: ["two@\(domain)", "ann@\(domain)"])
        try await tenant.group("two", members: ["one@\(domain)"])
        try await tenant.group("self", members: ["self@\(domain)"])
        try await tenant.group("empty", members: [])
        for level in 0...10 { try await tenant.group("deep\(level)", members: ["deep\(level + 1)@\(domain)"]) }
        try await tenant.group("deep11", members: ["ann@\(domain)"])
        try await tenant.withStore { store async throws in
            for name in ["one", "two", "deep3"] {
                #expect(try await targets(name, of: tenant, in: store).users.map(\.user.localPart) == ["ann"], "\(name)")
            }
            #expect(try await store.resolve(localPart: "self", domain: domain) == .loop)
            #expect(try await store.resolve(localPart: "deep0", domain: domain) == .loop)
            #expect(try await store.resolve(localPart: "empty", domain: domain) == .noSuchUser)
        }
    }

    @Test("A thousand members are found, as many as a group may have") func large() async throws {
        let tenant = try await TestTenant.make()
        _ = try await tenant.user("ann")
        let domain = tenant.domainName
        try await tenant.group("outside", members: (1...1000).map { "m\($0)@far.example" })
        try await tenant.group("all", members: ["ann@\(domain)", "outside@\(domain)"] + (1...900).map { "n\($0)@far.example" })
        try await tenant.withStore { store async throws in
            #expect(try await targets("outside", of: tenant, in: store).external.count == 1000)
            #expect(try await targets("all", of: tenant, in: store).external.count == 1900)
        }
    }

    @Test("Each rule lets in whom it names, and mail from outside passes none but `anyone`") func rules() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob"), eve = try await tenant.user("eve")
        let domain = tenant.domainName
        try await tenant.alias("chief", to: "ann@\(domain)")
        try await tenant.group("inner", members: ["bob@\(domain)"])
        for posting in ["anyone", "tenant", "members", "owners"] {
            try await tenant.group(posting, posting: posting, owners: ["chief@\(domain)"], members: ["inner@\(domain)"])
        }
        let allowed: [String: [Int64?]] = [
            "anyone": [nil, 1, ann, bob, eve], "tenant": [ann, bob, eve], "members": [ann, bob], "owners": [ann],
        ]
        try await tenant.withStore { store async throws in
            for (posting, who) in allowed {
                let group = try #require(try await targets(posting, of: tenant, in: store).groups.first)
                for poster in [nil, 1, ann, bob, eve] as [Int64?] {
                    #expect(try await store.mayPost(poster, to: group) == who.contains(poster), "\(posting) \(String(describing: poster))")
                }
            }
            for (user, may) in [(ann, true), (bob, false), (eve, false)] {
                #expect(try await store.mayUse(localPart: "tenant", domain: domain, as: user) == may, "owners send as the group")
            }
        }
    }
}
