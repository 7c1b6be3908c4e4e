import MailStore
import Runtime
import Testing

@EventLoopActor
@Suite struct ResolutionTests {
    private func users(_ resolution: Resolution) -> [String] {
        if case .targets(let targets) = resolution { targets.users.map(\.user.localPart) } else { ["\(resolution)"] }
    }

    @Test("Addresses lead to users, by name, with detail, by alias and by catch-all") func ways() async throws {
        let tenant = try await TestTenant.make()
        _ = try await tenant.user("ann")
        let bob = try await tenant.user("bob")
        _ = try await tenant.user("gone", suspended: ["incoming"])
        let domain = tenant.domainName
        try await tenant.alias("team", to: "ann@\(domain)")
        try await tenant.alias("team", to: "bob@\(domain)")
        try await tenant.alias("team", to: "out@remote.example")
        try await tenant.alias("all", to: "team@\(domain)")
        try await tenant.alias("all", to: "gone@\(domain)")
        try await tenant.alias("round", to: "about@\(domain)")
        try await tenant.alias("about", to: "round@\(domain)")
        try await tenant.alias("bob", to: "bob@\(domain)")
        try await tenant.alias("bob", to: "copy@remote.example")
        try await tenant.withStore { store async throws in
            #expect(try await users(store.resolve(localPart: "ANN", domain: domain.uppercased())) == ["ann"])
            let detailed = try await store.resolve(localPart: "Ann+List", domain: domain)
            guard case .targets(let targets) = detailed else { Issue.record("\(detailed)"); return }
            #expect(targets.users.first?.detail == "List")
            let all = try await store.resolve(localPart: "all", domain: domain)
            #expect(users(all) == ["ann", "bob"])
            if case .targets(let targets) = all { #expect(targets.external == ["copy@remote.example", "out@remote.example"]) }
            guard case .suspended(let away) = try await store.resolve(localPart: "gone", domain: domain) else {
                Issue.record("gone takes mail"); return
            }
            #expect(away.map(\.localPart) == ["gone"])
            #expect(try await store.resolve(localPart: "round", domain: domain) == .loop)
            #expect(try await store.resolve(localPart: "nobody", domain: domain) == .noSuchUser)
            #expect(try await store.resolve(localPart: "ann", domain: "remote.example") == .notLocal)
            try await tenant.alias("", to: "bob@\(domain)")
            store.directoryChanged()
            #expect(try await users(store.resolve(localPart: "nobody", domain: domain)) == ["bob"])
            #expect(try await store.mayUse(localPart: "team", domain: domain, as: bob))
            #expect(try await store.mayUse(localPart: "bob+x", domain: domain, as: bob))
            #expect(try await store.mayUse(localPart: "ann", domain: domain, as: bob) == false)
            #expect(try await store.mayUse(localPart: "bob", domain: "remote.example", as: bob) == false)
        }
    }

    @Test("A chain of ten aliases is followed, a longer one is not") func depth() async throws {
        let tenant = try await TestTenant.make()
        _ = try await tenant.user("ann")
        let domain = tenant.domainName
        try await tenant.alias("a1", to: "ann@\(domain)")
        for step in 2...11 { try await tenant.alias("a\(step)", to: "a\(step - 1)@\(domain)") }
        try await tenant.withStore { store async throws in
            #expect(try await users(store.resolve(localPart: "a10", domain: domain)) == ["ann"])
            #expect(try await store.resolve(localPart: "a11", domain: domain) == .loop)
        }
    }
}
