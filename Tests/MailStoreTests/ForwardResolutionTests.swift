import MailStore
import Runtime
import Testing

@EventLoopActor
@Suite("Forwards of users: where mail goes") struct ForwardResolutionTests {
    private struct LeadsNowhere: Error { let found: Resolution }

    /// Users by name, and addresses outside.
    private func places(_ localPart: String, of tenant: TestTenant, in store: TenantStore) async throws -> [String] {
        let targets = try await targets(localPart, of: tenant, in: store)
        return targets.users.map(\.user.localPart) + targets.external
    }

    private func targets(_ localPart: String, of tenant: TestTenant, in store: TenantStore) async throws -> ResolvedTargets {
        let found = try await store.resolve(localPart: localPart, domain: tenant.domainName)
        guard case .targets(let targets) = found else { throw LeadsNowhere(found: found) }
        return targets
    }

    @Test("Mail goes to the targets, and to the user where a copy stays, by whatever way it came") func ways() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        _ = try await tenant.user("eve")
        let domain = tenant.domainName
        try await tenant.alias("info", to: "bob@\(domain)")
        try await tenant.alias("two", to: "eve@\(domain)")
        try await tenant.alias("two", to: "x@far.example")
        try await tenant.group("team", posting: "owners", members: ["bob@\(domain)", "in@far.example"])
        try await tenant.forward(ann, to: ["two@\(domain)", "out@far.example"])
        try await tenant.forward(bob, to: ["Bob@far.example"], copy: false)
        try await tenant.withStore { store async throws in
            for name in ["ann", "ANN", "ann+detail"] {
                #expect(try await places(name, of: tenant, in: store) == ["ann", "eve", "out@far.example", "x@far.example"], "\(name)")
            }
            #expect(try await targets("ann+x", of: tenant, in: store).users.first?.detail == "x")
            for name in ["bob", "info"] {
                #expect(try await places(name, of: tenant, in: store) == ["Bob@far.example"])
                let forward = try await targets(name, of: tenant, in: store).forwards.first
                #expect(forward?.user.id == bob && forward?.keepsCopy == false && forward?.leadsNowhere == false)
            }
            let team = try await targets("team", of: tenant, in: store)
            #expect(team.external == ["in@far.example", "Bob@far.example"] && team.users.isEmpty)
            #expect(team.groups.first?.external == team.external, "a member's forward is the group's way too")
            // The control plane tells of it.
            try await tenant.forward(bob, to: ["ann@\(domain)"])
            store.directoryChanged()
            #expect(try await places("bob", of: tenant, in: store) == ["bob", "ann", "eve", "out@far.example", "x@far.example"])
        }
    }

    @Test("In a circle each gets one copy, and somebody has the mail where none wants any") func circles() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob"), eve = try await tenant.user("eve")
        let domain = tenant.domainName
        try await tenant.domainAlias("also.\(domain)")
        try await tenant.forward(ann, to: ["bob@\(domain)"])
        try await tenant.forward(bob, to: ["ann@also.\(domain)"])
        try await tenant.forward(eve, to: ["eve+x@\(domain)", "EVE@\(domain)"], copy: false)
        try await tenant.withStore { store async throws in
            #expect(try await places("ann", of: tenant, in: store) == ["ann", "bob"])
            #expect(try await places("bob", of: tenant, in: store) == ["bob", "ann"])
            #expect(try await places("eve", of: tenant, in: store) == ["eve"])
            try await tenant.forward(ann, to: ["bob@\(domain)"], copy: false)
            store.directoryChanged()
            #expect(try await places("ann", of: tenant, in: store) == ["bob"], "who keeps a copy has it")
            #expect(try await places("bob", of: tenant, in: store) == ["bob"], "nobody but who wants none is behind it")
            try await tenant.forward(bob, to: ["ann@\(domain)"], copy: false)
            store.directoryChanged()
            #expect(try await places("ann", of: tenant, in: store) == ["bob"])
            #expect(try await places("bob", of: tenant, in: store) == ["ann"])
            try await tenant.forward(bob, to: ["ann@\(domain)", "out@far.example"], copy: false)
            store.directoryChanged()
            #expect(try await places("ann", of: tenant, in: store) == ["out@far.example"])
        }
    }

    @Test("Where several want no copy and lead to each other alone, the last on the way keeps the mail, and two who are equally far both")
    func lastOnTheWay() async throws {
        let tenant = try await TestTenant.make()
        let domain = tenant.domainName
        for (name, target) in [("u", "v"), ("v", "gone"), ("x", "y"), ("y", "x"), ("p", "q"), ("q", "r"), ("r", "p")] {
            try await tenant.forward(try await tenant.user(name), to: ["\(target)@\(domain)"], copy: false)
        }
        try await tenant.alias("chain", to: "u@\(domain)")
        try await tenant.alias("chain", to: "v@\(domain)")
        for name in ["x", "y"] { try await tenant.alias("pair", to: "\(name)@\(domain)") }
        try await tenant.withStore { store async throws in
            for (name, keeping) in [
                ("u", ["v"]), ("chain", ["v"]), ("x", ["y"]), ("y", ["x"]), ("pair", ["x", "y"]), ("p", ["r"]), ("q", ["p"]), ("r", ["q"]),
            ] {
                let found = try await targets(name, of: tenant, in: store)
                #expect(found.users.map(\.user.localPart) == keeping && found.external.isEmpty, "\(name)")
                let staying = Set(found.forwards.filter(\.leadsNowhere).map(\.user.localPart))
                #expect(staying == Set(keeping) && !found.forwards.contains(where: \.isBarred), "\(name)")
            }
        }
    }

    @Test("A group that does not let the sender in is closed to a forward: copies and other targets have the mail")
    func closedGroups() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob"), eve = try await tenant.user("eve")
        let dora = try await tenant.user("dora")
        let domain = tenant.domainName
        try await tenant.group("board", posting: "owners", owners: ["eve@\(domain)"], members: ["eve@\(domain)", "in@far.example"])
        try await tenant.group("all", members: ["board@\(domain)"])
        try await tenant.forward(ann, to: ["board@\(domain)"])
        try await tenant.forward(bob, to: ["board@\(domain)"], copy: false)
        try await tenant.forward(dora, to: ["board@\(domain)", "ann@\(domain)"], copy: false)
        for (name, targets) in [("info", ["bob"]), ("more", ["ann", "bob"]), ("both", ["bob", "board"]), ("around", ["bob", "all"])] {
            for target in targets { try await tenant.alias(name, to: "\(target)@\(domain)") }
        }
        try await tenant.withStore { store async throws in
            func found(_ name: String, _ poster: Int64?) async throws -> ResolvedTargets {
                let found = try await store.resolve(localPart: name, domain: domain, from: poster)
                guard case .targets(let targets) = found else { throw LeadsNowhere(found: found) }
                return targets
            }
            for poster in [nil, ann, bob] {
                for (name, users, isBarred) in [
                    ("ann", ["ann"], false), ("bob", ["bob"], true), ("info", ["bob"], true), ("more", ["ann", "bob"], false),
                    ("dora", ["ann"], false),
                ] {
                    let targets = try await found(name, poster)
                    #expect(targets.users.map(\.user.localPart) == users && targets.external.isEmpty, "\(name)")
                    #expect(targets.closed.map(\.address) == ["board@\(domain)"] && targets.groups.isEmpty, "\(name)")
                    #expect(targets.isBarred == isBarred, "\(name)")
                    let barred = Set(targets.forwards.filter(\.isBarred).map(\.user.id))
                    #expect(barred == Set(targets.forwards.map(\.user.id)).subtracting([dora]), "\(name)")
                }
                let around = try await found("around", poster)
                #expect(around.users.map(\.user.localPart) == ["eve"] && around.external == ["in@far.example"])
                #expect(around.closed.isEmpty && !around.isBarred, "a group that is open has it as a member")
                let both = try await found("both", poster)
                #expect(both.groups.map(\.isForwardedTo) == [false] && both.closed.isEmpty, "it is addressed itself too, and asked as ever")
            }
            for name in ["ann", "bob", "info", "more", "dora"] {
                let targets = try await found(name, eve)
                #expect(targets.closed.isEmpty && targets.external == ["in@far.example"] && targets.groups.map(\.isForwardedTo) == [true])
                #expect(targets.users.contains { $0.user.id == eve && $0.group == "board@\(domain)" }, "\(name)")
                #expect(!targets.users.contains { [bob, dora].contains($0.user.id) }, "\(name)")
            }
        }
    }

    @Test("Without a copy the mail stays with the user while nobody is at the targets, and waits while they are suspended")
    func nobodyThere() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        let shut = try await tenant.user("shut", suspended: ["incoming"])
        let domain = tenant.domainName
        try await tenant.forward(ann, to: ["gone@\(domain)", "empty@\(domain)"], copy: false)
        try await tenant.group("empty", members: [])
        try await tenant.forward(bob, to: ["shut@\(domain)"], copy: false)
        try await tenant.forward(shut, to: ["out@far.example"])
        try await tenant.alias("both", to: "ann@\(domain)")
        try await tenant.alias("both", to: "x@far.example")
        try await tenant.alias("mixed", to: "bob@\(domain)")
        try await tenant.alias("mixed", to: "x@far.example")
        try await tenant.withStore { store async throws in
            #expect(try await places("ann", of: tenant, in: store) == ["ann"])
            #expect(try await targets("ann", of: tenant, in: store).forwards.first?.leadsNowhere == true)
            #expect(try await places("both", of: tenant, in: store) == ["ann", "x@far.example"], "whoever else gets it")
            // Nobody is told that somebody is suspended where others have the mail; nor may theirs be lost who forward there.
            #expect(try await places("mixed", of: tenant, in: store) == ["bob", "x@far.example"])
            for name in ["bob", "shut"] {
                guard case .suspended(let users) = try await store.resolve(localPart: name, domain: domain) else {
                    Issue.record("\(name) takes mail"); continue
                }
                #expect(users.map(\.localPart) == ["shut"], "who takes none forwards none")
            }
        }
    }

    @Test("Forwards lead as deep as aliases do") func depth() async throws {
        let tenant = try await TestTenant.make()
        let domain = tenant.domainName
        for number in 0...11 {
            let user = try await tenant.user("u\(number)")
            if number < 11 { try await tenant.forward(user, to: ["u\(number + 1)@\(domain)"], copy: number % 2 == 0) }
        }
        try await tenant.withStore { store async throws in
            #expect(try await store.resolve(localPart: "u0", domain: domain) == .loop)
            #expect(try await places("u1", of: tenant, in: store) == ["u2", "u4", "u6", "u8", "u10", "u11"])
        }
    }

    @Test("Who gets a user's mail may not send as the user, is no member of the user's groups and owns nothing of the user's")
    func rights() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        let domain = tenant.domainName
        try await tenant.alias("boss", to: "ann@\(domain)")
        try await tenant.group("team", posting: "members", owners: ["ann@\(domain)"], members: ["ann@\(domain)"])
        try await tenant.forward(ann, to: ["bob@\(domain)"], copy: false)
        try await tenant.withStore { store async throws in
            let team = try #require(try await targets("team", of: tenant, in: store).groups.first)
            for (user, may) in [(ann, true), (bob, false)] {
                for name in ["ann", "boss", "team"] {
                    #expect(try await store.mayUse(localPart: name, domain: domain, as: user) == may, "\(name)")
                }
                for name in ["ann", "boss"] {
                    #expect(try await store.isOwn(localPart: name, domain: domain, of: user) == may, "\(name)")
                }
                #expect(try await store.mayPost(user, to: team) == may)
            }
        }
    }

    @Test("Forwards are read with a domain's first address") func readAhead() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        try await tenant.forward(ann, to: ["out@far.example"])
        try await tenant.withStore { store async throws in
            #expect(try await places("bob", of: tenant, in: store) == ["bob"])
            // Nobody tells of these, as the control plane would: who was read already stays as it was.
            try await tenant.forward(ann, to: ["new@far.example"])
            try await tenant.forward(bob, to: ["new@far.example"])
            #expect(try await places("ann", of: tenant, in: store) == ["ann", "out@far.example"])
            #expect(try await places("bob", of: tenant, in: store) == ["bob"])
        }
    }
}
