import AdminAPI
import FoundationEssentials
import Quantities
import Testing

@Suite("Desired states") struct DesiredStateTests {
    @Test("What is not written stays, and goes with --prune") func pruning() throws {
        let state = try TenantState.acme()
        let desired = try DesiredTenant(
            name: TenantName("acme"), domains: [DesiredDomain(name: DomainName("acme.example"))],
            users: [DesiredUser(address: EmailAddress("bob@acme.example"), quota: QuotaChange(bytes: .to(ByteCount(5))))])
        let added = try state.reaching(desired, prune: false)
        #expect(added.users.count == 2 && added.aliases == state.aliases && added.domainAliases == state.domainAliases)
        #expect(TenantState.changes(from: state, to: added).count == 1)
        let pruned = try state.reaching(desired, prune: true)
        #expect(pruned.users.keys.map(\.text) == ["bob@acme.example"] && pruned.aliases.isEmpty)
        #expect(pruned.domainAliases == state.domainAliases, "whose names are not written")
        #expect(TenantState.brokenAliases(from: state, to: pruned).isEmpty)
    }

    @Test("What cannot be is refused") func refusals() throws {
        let state = try TenantState.acme()
        let name = try TenantName("acme"), other = try DomainName("other.example")
        let refused: [(DesiredTenant, Bool, String)] = [
            (DesiredTenant(name: name, users: [DesiredUser(address: try EmailAddress("a@other.example"))]), false, "no domain"),
            (DesiredTenant(name: name, users: [DesiredUser(address: try EmailAddress("info@acme.example"))]), false, "an alias"),
            (DesiredTenant(name: name, users: [DesiredUser(address: try EmailAddress("ann@acme.example"))]), true, "would go"),
            (DesiredTenant(name: name, domains: [DesiredDomain(name: try DomainName("also.example"))]), false, "an alias of"),
            (DesiredTenant(name: name, domains: [DesiredDomain(name: other), DesiredDomain(name: other)]), false, "twice"),
            (DesiredTenant(name: name, aliases: [DesiredAlias(address: try AliasAddress("x@acme.example"), targets: [])]), false, "1 to"),
            (DesiredTenant(name: name, suspensionReason: try SuspensionReason("why")), false, "nothing is suspended"),
            (DesiredTenant(name: name, limits: LimitChanges([.users: .number(-1)])), false, "negative"),
        ]
        for (desired, prune, words) in refused {
            let error = #expect(throws: AdminError.self) { try state.reaching(desired, prune: prune) }
            #expect(error?.message.contains(words) == true, "\(words): \(String(describing: error))")
        }
    }

    @Test("A plan bounds what comes and grows, and leaves what is there") func plans() throws {
        let state = try TenantState.acme()
        var more = state
        more.users[try EmailAddress("bob@acme.example")] = UserSettings(quota: StoredQuota(bytes: .to(ByteCount(10))))
        let tight = LimitSet([.users: .number(1)]), small = LimitSet([.largestUserQuota: .number(9)])
        #expect(throws: AdminError.self) { try TenantState.requireAllowed(from: state, to: more, plan: tight) }
        #expect(throws: AdminError.self) { try TenantState.requireAllowed(from: state, to: more, plan: small) }
        try TenantState.requireAllowed(from: more, to: more, plan: tight)
        try TenantState.requireAllowed(from: more, to: state, plan: LimitSet([.users: .number(0)]))
        more.settings.limits = LimitSet([.users: .number(2)])
        try TenantState.requireAllowed(from: state, to: more, plan: tight)
    }

    @Test("A domain's policy on TLS is written, shown, exported and undone, and stays where it is not written") func policies() throws {
        let state = try TenantState.acme(), name = try TenantName("acme"), domain = try DomainName("acme.example")
        func reached(_ desired: DesiredDomain, from state: TenantState) throws -> TenantState {
            try state.reaching(DesiredTenant(name: name, domains: [desired]), prune: false)
        }
        let enforced = try reached(DesiredDomain(name: domain, mtaSTS: .enforce), from: state)
        #expect(enforced.domains[domain] == DomainSettings(mtaSTS: .enforce))
        let unwritten = try reached(DesiredDomain(name: domain, quota: QuotaChange(messages: .to(5))), from: enforced)
        #expect(unwritten.domains[domain]?.mtaSTS == .enforce)
        let changes = TenantState.changes(from: state, to: enforced)
        #expect(changes.map { StateChange($0, of: name).fields } == [[ChangedField("mta-sts", "none", "enforce")]])
        let new = try DesiredDomain(name: DomainName("new.example"), mtaSTS: .testing)
        let added = TenantState.changes(from: state, to: try reached(new, from: state))
        #expect(added.map { StateChange($0, of: name).fields } == [[ChangedField("mta-sts", "none", "testing")]])
        let exported = DesiredTenant(exporting: enforced, of: name)
        #expect(exported.domains.map(\.mtaSTS) == [.enforce])
        // Gone and changed domains alike, also after the inverse was kept.
        var gone = enforced
        (gone.domains, gone.domainAliases, gone.users, gone.aliases) = ([:], [:], [:], [:])
        for (old, new) in [(enforced, state), (state, enforced), (enforced, gone)] {
            let inverse = DesiredTenant(inverting: TenantState.changes(from: old, to: new), of: name)
            let read = try JSONDecoder().decode(DesiredTenant.self, from: try JSONEncoder().encode(inverse))
            #expect(try new.reaching(read, prune: false) == old)
        }
    }

    @Test("Keys of DKIM are asked for, shown, exported and undone; those that sign go on") func keys() throws {
        let state = try TenantState.acme(), name = try TenantName("acme"), domain = try DomainName("acme.example")
        func reached(_ dkim: Bool?, from keys: DomainSettings.Keys) throws -> DomainSettings.Keys? {
            var state = state
            state.domains[domain]?.keys = keys
            let desired = DesiredDomain(name: domain, dkim: dkim)
            return try state.reaching(DesiredTenant(name: name, domains: [desired]), prune: false).domains[domain]?.keys
        }
        let ways: [(Bool?, DomainSettings.Keys, DomainSettings.Keys)] = [
            (nil, .absent, .absent), (nil, .waiting, .waiting), (nil, .active, .active), (true, .absent, .waiting),
            (true, .waiting, .waiting), (true, .active, .active), (false, .absent, .absent), (false, .waiting, .absent),
            (false, .active, .active),
        ]
        for (desired, before, after) in ways { #expect(try reached(desired, from: before) == after) }
        var waiting = state, active = state, gone = state
        waiting.domains[domain]?.keys = .waiting
        active.domains[domain]?.keys = .active
        (gone.domains, gone.domainAliases, gone.users, gone.aliases) = ([:], [:], [:], [:])
        let changes = TenantState.changes(from: state, to: waiting)
        #expect(changes.map { StateChange($0, of: name).fields } == [[ChangedField("dkim", "none", "waiting")]])
        #expect([state, waiting, active].map { DesiredTenant(exporting: $0, of: name).domains.map(\.dkim) } == [[nil], [true], [true]])
        let inverse = DesiredTenant(inverting: changes, of: name)
        #expect(try waiting.reaching(inverse, prune: false) == state)
        #expect(try active.reaching(inverse, prune: false) == active, "they were activated since")
        #expect(try waiting.reaching(DesiredTenant(exporting: state, of: name), prune: true) == waiting)
        let back = DesiredTenant(inverting: TenantState.changes(from: active, to: gone), of: name)
        #expect(try gone.reaching(back, prune: false).domains[domain]?.keys == .waiting)
    }

    @Test("An alias breaks when its last way into the tenant goes") func broken() throws {
        let state = try TenantState.acme()
        var less = state
        less.users = [:]
        #expect(TenantState.brokenAliases(from: state, to: less).map(\.text) == ["info@acme.example"])
        less.aliases[try AliasAddress("@acme.example")] = [try TargetAddress("x@else.example")]
        #expect(TenantState.brokenAliases(from: state, to: less).isEmpty, "the catch-all takes it")
    }

    @Test("An export says everything but passwords, and changes nothing") func export() throws {
        let state = try TenantState.acme()
        let exported = DesiredTenant(exporting: state, of: try TenantName("acme"))
        let text = String(decoding: try JSONEncoder().encode(exported), as: UTF8.self)
        #expect(!text.contains("SSHA"))
        let read = try JSONDecoder().decode(DesiredTenant.self, from: Data(text.utf8))
        #expect(try state.reaching(read, prune: true) == state)
        #expect(try TenantState().reaching(read, prune: false).users.count == 1)
    }

    @Test("A change that is shown holds no hash") func secrets() throws {
        let user = TenantChange.user(try EmailAddress("ann@acme.example"), nil, UserSettings(password: TenantState.hash))
        let shown = StateChange(user, of: try TenantName("acme"))
        #expect(shown.fields == [ChangedField("password", "none", "set")])
        #expect("\(TenantState.hash)" == "hash" && String(reflecting: TenantState.hash) == "hash")
        #expect(try DesiredPassword("none") == .none)
        #expect(throws: AdminError.self) { try DesiredPassword("{SSHA}!") }
    }

    @Test("Plans are made and changed by a file, and never taken away") func planStates() throws {
        let old = try PlanState([.standard: LimitSet(), PlanName("gold"): LimitSet([.users: .number(5), .aliases: .number(1)])])
        let desired = DesiredPlans(plans: [DesiredPlan(name: try PlanName("gold"), limits: LimitChanges([.users: .number(7)]))])
        let kept = try old.reaching(desired, prune: false), pruned = try old.reaching(desired, prune: true)
        #expect(try kept.plans[PlanName("gold")]?.values == [.users: .number(7), .aliases: .number(1)])
        #expect(try pruned.plans[PlanName("gold")]?.values == [.users: .number(7)] && pruned.plans.count == 2)
        for new in [kept, pruned] {
            let changes = PlanState.changes(from: old, to: new)
            #expect(changes.count == 1)
            #expect(try new.reaching(DesiredPlans(inverting: changes), prune: false) == old)
        }
        let made = PlanState.changes(from: PlanState([.standard: LimitSet()]), to: old)
        #expect(try old.reaching(DesiredPlans(inverting: made), prune: false) == PlanState([.standard: LimitSet()]))
    }
}
