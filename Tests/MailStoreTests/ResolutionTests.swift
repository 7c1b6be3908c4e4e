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
            if case .targets(let targets) = all { #expect(targets.external == ["out@remote.example", "copy@remote.example"]) }
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

    @Test("Addresses that only look the same are told apart, whoever is asked for first") func spellings() async throws {
        let tenant = try await TestTenant.make()
        let domain = tenant.domainName
        let composed = "ren\u{E9}", decomposed = "rene\u{301}"
        let one = try await tenant.user(composed)
        try await tenant.withStore { store async throws in
            // What strangers ask for must not hide who is there.
            #expect(try await store.resolve(localPart: decomposed, domain: domain) == .noSuchUser)
            #expect(try await store.resolve(localPart: composed, domain: domain).users == [one])
            #expect(try await store.resolve(localPart: decomposed, domain: domain) == .noSuchUser)
            let other = try await tenant.user(decomposed)
            try await tenant.alias("both", to: "\(composed)@\(domain)")
            try await tenant.alias("both", to: "\(decomposed)@\(domain)")
            store.directoryChanged()
            #expect(try await store.resolve(localPart: composed, domain: domain).users == [one])
            #expect(try await store.resolve(localPart: decomposed, domain: domain).users == [other])
            #expect(try await Set(store.resolve(localPart: "both", domain: domain).users) == [one, other])
            #expect(try await store.mayUse(localPart: composed, domain: domain, as: other) == false)
        }
    }

    @Test("With a domain's first address come those of some other users, whole, and their quotas") func readAhead() async throws {
        let tenant = try await TestTenant.make()
        let domain = tenant.domainName
        var users: [Int64] = []
        for number in 100...301 { users.append(try await tenant.user("u\(number)")) }
        try await tenant.alias("u101", to: "out@remote.example")
        try await tenant.withStore { store async throws in
            #expect(try await self.users(store.resolve(localPart: "u301", domain: domain)) == ["u301"])
            // Nobody tells of these, as the control plane would: who was read already stays as it was.
            for name in ["u101", "u299", "u300"] { try await tenant.alias(name, to: "new@remote.example") }
            for (name, external) in [("u101", ["out@remote.example"]), ("u299", []), ("u300", ["new@remote.example"])] {
                guard case .targets(let targets) = try await store.resolve(localPart: name, domain: domain) else {
                    Issue.record("\(name) leads nowhere"); return
                }
                #expect(targets.users.map(\.user.localPart) == [name] && targets.external == external)
            }
            store.directoryChanged()
            guard case .targets(let targets) = try await store.resolve(localPart: "u101", domain: domain) else {
                Issue.record("u101 leads nowhere"); return
            }
            #expect(targets.external == ["new@remote.example", "out@remote.example"])
            // The figures of those who were read along are as good as those of who was asked for.
            for user in users.prefix(3) { #expect(await store.deliver(delivery(to: user)).count == 1) }
            #expect(try await store.quota(of: users[1]).map(\.usage.messages) == [1, 3, 3])
            #expect(try await store.quota(of: users[9]).map(\.usage.messages) == [0, 3, 3])
        }
        try await tenant.checkUsage()
    }

    @Test("Every address leads the same way under an alias of its domain, and may be sent from") func domainAlias() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        let domain = tenant.domainName, other = "also.\(domain)"
        try await tenant.domainAlias(other)
        try await tenant.alias("team", to: "ann@\(other)")
        try await tenant.alias("team", to: "ann@\(domain)")
        try await tenant.alias("round", to: "round@\(other)")
        try await tenant.withStore { store async throws in
            for (name, found) in [("Ann", ["ann"]), ("ann+list", ["ann"]), ("team", ["ann"])] {
                #expect(try await users(store.resolve(localPart: name, domain: other.uppercased())) == found)
                #expect(try await store.resolve(localPart: name, domain: other) == store.resolve(localPart: name, domain: domain))
            }
            let found = try await store.resolve(localPart: "ann", domain: other)
            guard case .targets(let targets) = found else { Issue.record("\(found)"); return }
            #expect(targets.users.map(\.user.address) == ["ann@\(domain)"], "known by the domain's own name")
            #expect(try await store.resolve(localPart: "round", domain: other) == .loop)
            #expect(try await store.resolve(localPart: "nobody", domain: other) == .noSuchUser)
            #expect(try await store.mayUse(localPart: "ann", domain: other, as: ann))
            #expect(try await store.mayUse(localPart: "team", domain: other, as: ann))
            #expect(try await store.mayUse(localPart: "ann", domain: other, as: bob) == false)
            try await tenant.alias("", to: "bob@\(domain)")
            store.directoryChanged()
            #expect(try await users(store.resolve(localPart: "nobody", domain: other)) == ["bob"])
            #expect(try await store.resolve(localPart: "ann", domain: "no.\(domain)") == .notLocal)
        }
    }

    @Test("A target whose domain got its name just now is no address outside") func renamedDomain() async throws {
        let tenant = try await TestTenant.make()
        _ = try await tenant.user("ann")
        try await tenant.alias("team", to: "ann@new.\(tenant.domainName)")
        try await tenant.withStore { store async throws in
            #expect(try await users(store.resolve(localPart: "ann", domain: tenant.domainName)) == ["ann"])
            _ = try await tenant.server.pool.query(
                "UPDATE domains SET name = 'new.' || name WHERE tenant_id = $1", [.int8(tenant.id)])
            #expect(try await users(store.resolve(localPart: "team", domain: tenant.domainName)) == ["ann"])
            #expect(try await store.resolve(localPart: "ann", domain: tenant.domainName) == .notLocal)
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

extension Resolution {
    fileprivate var users: [Int64] {
        if case .targets(let targets) = self { targets.users.map(\.user.id) } else { [] }
    }
}
