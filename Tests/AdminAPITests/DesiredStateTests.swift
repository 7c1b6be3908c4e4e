import AdminAPI
import FoundationEssentials
import Quantities
import Testing

@Suite("Desired states") struct DesiredStateTests {
    private static let hash = DesiredPassword.hash("{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0")

    private func acme() throws -> TenantState {
        try TenantState(
            domains: [DomainName("acme.example"): .standard(at: .domain)],
            domainAliases: [DomainName("also.example"): DomainName("acme.example")],
            users: [EmailAddress("ann@acme.example"): UserSettings(password: Self.hash)],
            aliases: [AliasAddress("info@acme.example"): [TargetAddress("ann@acme.example")]])
    }

    @Test("What is not written stays, and goes with --prune") func pruning() throws {
        let state = try acme()
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
        let state = try acme()
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
        let state = try acme()
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

    @Test("A shared mailbox is made, changed and undone, and never becomes a user nor a user one") func mailboxes() throws {
        var old = try acme()
        let name = try TenantName("acme"), desk = try EmailAddress("desk@acme.example"), ann = try EmailAddress("ann@acme.example")
        var desired = DesiredTenant(name: name)
        desired.mailboxes = [DesiredMailbox(address: desk, members: [SharedMember(address: ann, rights: .write, sends: true)])]
        let made = try old.reaching(desired, prune: false)
        #expect(made.users[desk]?.members == [ann: SharedGrant(rights: .write, sends: true)])
        #expect(TenantState.changes(from: old, to: made).map { StateChange($0, of: name).kind } == [.mailbox])
        let exported = DesiredTenant(exporting: made, of: name)
        #expect(exported.users.map(\.address) == [ann] && exported.mailboxes.map(\.address) == [desk])
        #expect(try made.reaching(exported, prune: true) == made)
        // Who goes is no member any more, and is one again after an undo, if it is the same.
        var less = exported
        less.users = []
        less.mailboxes[0].members = nil
        less.aliases = []
        let gone = try made.reaching(less, prune: true)
        #expect(gone.users[desk]?.members == [:])
        let inverse = DesiredTenant(inverting: TenantState.changes(from: made, to: gone), of: name, numbers: [ann: 1, desk: 2])
        let read = try JSONDecoder().decode(DesiredTenant.self, from: try JSONEncoder().encode(inverse))
        #expect(try gone.reaching(read, prune: false, numbers: [desk: 2]) == made)
        var later = gone
        later.users[ann] = UserSettings()
        #expect(try later.reaching(read, prune: false, numbers: [desk: 2, ann: 9]).users[desk]?.members == [:])
        // A file names users alone as members, and gives no mailbox a password.
        let refused: [(DesiredTenant, String)] = [
            (DesiredTenant(name: name, users: [DesiredUser(address: desk, password: Self.hash)]), "is a shared mailbox"),
            (exported.with(members: [SharedMember(address: desk, rights: .read, sends: false)]), "no user of the tenant"),
            (exported.with(members: [try SharedMember(address: EmailAddress("x@acme.example"), rights: .read, sends: false)]), "no user"),
        ]
        for (desired, words) in refused {
            let error = #expect(throws: AdminError.self) { try made.reaching(desired, prune: false) }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        old.users[desk] = UserSettings()
        #expect(throws: AdminError.self) { try old.reaching(desired, prune: false) }
    }

    @Test("Nobody comes to open more than a hundred shared mailboxes; who opens more may go on") func mailboxesOfOne() throws {
        let ann = try EmailAddress("ann@acme.example"), bob = try EmailAddress("bob@acme.example")
        let read = SharedGrant(rights: .read, sends: false)
        func state(_ count: Int, _ members: EmailAddress...) throws -> TenantState {
            var state = try acme()
            state.users[bob] = UserSettings()
            for number in 0..<count {
                let grants = Dictionary(uniqueKeysWithValues: members.map { ($0, read) })
                state.users[try EmailAddress("box\(number)@acme.example")] = UserSettings(members: grants)
            }
            return state
        }
        let most = SharedMailbox.maximumPerMember
        try TenantState.requireAllowed(from: state(0), to: state(most, ann, bob), plan: LimitSet())
        let error = try #require(throws: AdminError.self) {
            try TenantState.requireAllowed(from: state(most, ann), to: state(most + 1, ann), plan: LimitSet())
        }
        #expect(error.message.contains("ann@acme.example would open more than 100 shared mailboxes"))
        try TenantState.requireAllowed(from: state(most + 1, ann), to: state(most + 1, ann), plan: LimitSet())
        try TenantState.requireAllowed(from: state(most + 1, ann), to: state(most), plan: LimitSet())
        #expect(throws: AdminError.self) {
            try TenantState.requireAllowed(from: state(most + 1, ann), to: state(most + 1, ann, bob), plan: LimitSet())
        }
    }

    @Test("An alias breaks when its last way into the tenant goes") func broken() throws {
        let state = try acme()
        var less = state
        less.users = [:]
        #expect(TenantState.brokenAliases(from: state, to: less).map(\.text) == ["info@acme.example"])
        less.aliases[try AliasAddress("@acme.example")] = [try TargetAddress("x@else.example")]
        #expect(TenantState.brokenAliases(from: state, to: less).isEmpty, "the catch-all takes it")
    }

    @Test("An export says everything but passwords, and changes nothing") func export() throws {
        let state = try acme()
        let exported = DesiredTenant(exporting: state, of: try TenantName("acme"))
        let text = String(decoding: try JSONEncoder().encode(exported), as: UTF8.self)
        #expect(!text.contains("SSHA"))
        let read = try JSONDecoder().decode(DesiredTenant.self, from: Data(text.utf8))
        #expect(try state.reaching(read, prune: true) == state)
        #expect(try TenantState().reaching(read, prune: false).users.count == 1)
    }

    @Test("Who has the address of somebody who went is left alone by an undo") func successors() throws {
        let old = try acme(), name = try TenantName("acme"), ann = try EmailAddress("ann@acme.example")
        var new = old
        new.users[ann] = nil
        let inverse = DesiredTenant(inverting: TenantState.changes(from: old, to: new), of: name)
        var later = new
        later.users[ann] = UserSettings(password: .hash("another's"))
        #expect(try later.reaching(inverse, prune: false) == later)
        #expect(try new.reaching(inverse, prune: false) == old)
    }

    @Test("By the number an undo knows who is meant, and leaves alone who has the address since") func numbers() throws {
        let old = try acme(), name = try TenantName("acme"), ann = try EmailAddress("ann@acme.example")
        let bob = try EmailAddress("bob@acme.example")
        var new = old
        new.users[ann]?.password = .hash("new")
        new.users[bob] = UserSettings()
        let written = DesiredTenant(inverting: TenantState.changes(from: old, to: new), of: name, numbers: [ann: 1, bob: 2])
        let text = String(decoding: try JSONEncoder().encode(written), as: UTF8.self)
        let inverse = try JSONDecoder().decode(DesiredTenant.self, from: Data(text.utf8))
        #expect(inverse == written)
        #expect(try new.reaching(inverse, prune: false, numbers: [ann: 1, bob: 2]) == old)
        #expect(try new.reaching(inverse, prune: false, numbers: [ann: 3, bob: 4]) == new)
        #expect(inverse.successors(among: [ann: 3, bob: 2]) == [ann])
        // Of older applies no numbers are known.
        let older = DesiredTenant(inverting: TenantState.changes(from: old, to: new), of: name)
        let kept = String(decoding: try JSONEncoder().encode(older), as: UTF8.self)
        #expect(!kept.contains("userNumbers"))
        let read = try JSONDecoder().decode(DesiredTenant.self, from: Data(kept.utf8))
        #expect(try new.reaching(read, prune: false, numbers: [ann: 3, bob: 4]) == old)
    }

    @Test("A password that was to be changed is so again by an undo, and another is not") func demands() throws {
        var old = try acme()
        let name = try TenantName("acme"), ann = try EmailAddress("ann@acme.example"), by = Timestamp(secondsSince1970: 1_800_000_000)
        old.users[ann]?.passwordChangeBy = by
        func reached(_ desired: DesiredUser, from state: TenantState) throws -> UserSettings? {
            try state.reaching(DesiredTenant(name: name, users: [desired]), prune: false).users[ann]
        }
        #expect(try reached(DesiredUser(address: ann, password: Self.hash), from: old)?.passwordChangeBy == by, "the same one")
        #expect(try reached(DesiredUser(address: ann), from: old)?.passwordChangeBy == by)
        var new = old
        new.users[ann] = try reached(DesiredUser(address: ann, password: DesiredPassword.none), from: old)
        #expect(new.users[ann] == UserSettings())
        for new in [new, TenantState(domains: old.domains, domainAliases: old.domainAliases, aliases: old.aliases)] {
            let inverse = DesiredTenant(inverting: TenantState.changes(from: old, to: new), of: name)
            let text = String(decoding: try JSONEncoder().encode(inverse), as: UTF8.self)
            let read = try JSONDecoder().decode(DesiredTenant.self, from: Data(text.utf8))
            #expect(try new.reaching(read, prune: false) == old)
        }
    }

    @Test("What was changed and then went is not made again by an undo") func gone() throws {
        let old = try acme(), name = try TenantName("acme"), ann = try EmailAddress("ann@acme.example")
        var new = old
        new.users[ann]?.quota.messages = .to(5)
        new.aliases[try AliasAddress("info@acme.example")] = [try TargetAddress("x@else.example")]
        let inverse = DesiredTenant(inverting: TenantState.changes(from: old, to: new), of: name)
        var later = new
        (later.users, later.aliases) = ([:], [:])
        #expect(try later.reaching(inverse, prune: false) == later)
        #expect(try new.reaching(inverse, prune: false) == old)
    }

    @Test("A group is an address, counts as an alias, and has owners of its tenant") func groups() throws {
        let name = try TenantName("acme"), team = try EmailAddress("team@acme.example"), state = try acme()
        func reached(_ groups: DesiredGroup..., from state: TenantState) throws -> TenantState {
            try state.reaching(DesiredTenant(name: name, groups: groups), prune: false)
        }
        func group(_ address: String, members: [String] = [], owners: [String]? = nil) throws -> DesiredGroup {
            DesiredGroup(
                address: try EmailAddress(address), owners: try owners?.map { try TargetAddress($0) },
                members: try members.map { try TargetAddress($0) })
        }
        let made = try reached(group("team@acme.example", members: ["X@a.example", "b@a.example", "x@a.example"]), from: state)
        #expect(made.groups[team]?.members.map(\.text) == ["X@a.example", "b@a.example"], "one member in whatever case")
        let shown = TenantState.changes(from: state, to: made).map { StateChange($0, of: name) }
        #expect(shown == [StateChange(.group, team.text, .add, [ChangedField("new members", nil, "X@a.example, b@a.example")])])
        let kept = try reached(DesiredGroup(address: team, posting: .owners), from: made)
        #expect(kept.groups[team]?.members.count == 2 && kept.groups[team]?.posting == .owners, "what is left out stays")
        for (address, owners, words) in [
            ("ann@acme.example", nil, "a user"), ("info@acme.example", nil, "an alias"), ("x@other.example", nil, "no domain"),
            ("team@acme.example", ["x@else.example"], "owner"),
        ] as [(String, [String]?, String)] {
            let error = #expect(throws: AdminError.self) { try reached(group(address, owners: owners), from: state) }
            #expect(error?.message.contains(words) == true, "\(words): \(String(describing: error))")
        }
        #expect(try reached(group("team@acme.example", owners: ["ann@also.example"]), from: state).groups.count == 1)
        #expect(throws: AdminError.self) { try TenantState.requireAllowed(from: state, to: made, plan: LimitSet([.aliases: .number(1)])) }
        // Who is in a group, and goes.
        let full = try reached(group("team@acme.example", members: ["ann@acme.example"]), from: state)
        var less = full
        less.users = [:]
        #expect(TenantState.brokenGroups(from: full, to: less) == [team])
        #expect(try reached(from: full).groups == full.groups && full.reaching(DesiredTenant(name: name), prune: true).groups.isEmpty)
    }

    @Test("No group is in itself, nor deeper than mail is followed") func circles() throws {
        var old = try acme()
        old.aliases[try AliasAddress("way@acme.example")] = [try TargetAddress("G0@also.example")]
        func chain(_ length: Int, last: String) throws -> TenantState {
            var state = old
            for number in 0..<length {
                let next = number + 1 < length ? "g\(number + 1)@acme.example" : last
                state.groups[try EmailAddress("g\(number)@acme.example")] = GroupSettings(members: [try TargetAddress(next)])
            }
            return state
        }
        try chain(3, last: "ann@acme.example").requireNoCircles(after: old, depth: 3)
        try chain(4, last: "ann@else.example").requireNoCircles(after: old, depth: 3)
        let long = try chain(4, last: "ann@acme.example"), round = try chain(3, last: "way@acme.example")
        let deep = #expect(throws: AdminError.self) { try long.requireNoCircles(after: old, depth: 3) }
        #expect(deep?.message.contains("3 deep") == true)
        let circle = #expect(throws: AdminError.self) { try round.requireNoCircles(after: old, depth: 10) }
        #expect(circle?.message.contains("member of itself") == true)
        try round.requireNoCircles(after: round, depth: 10)
        // What comes below makes those above too deep that nobody changed.
        let above = try chain(3, last: "late@acme.example")
        var lower = above, aliased = above
        lower.groups[try EmailAddress("late@acme.example")] = GroupSettings(members: [try TargetAddress("ann@acme.example")])
        aliased.aliases[try AliasAddress("late@acme.example")] = [try TargetAddress("ann@acme.example")]
        for state in [lower, aliased] {
            let error = #expect(throws: AdminError.self) { try state.requireNoCircles(after: above, depth: 3) }
            #expect(error?.message.contains("g0@acme.example would lead to others more than 3 deep") == true)
            try state.requireNoCircles(after: above, depth: 4)
            try state.requireNoCircles(after: state, depth: 3)
        }
    }

    @Test("A change that is shown holds no hash") func secrets() throws {
        let user = TenantChange.user(try EmailAddress("ann@acme.example"), nil, UserSettings(password: Self.hash))
        let shown = StateChange(user, of: try TenantName("acme"))
        #expect(shown.fields == [ChangedField("password", "none", "set")])
        #expect("\(Self.hash)" == "hash" && String(reflecting: Self.hash) == "hash")
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

/// Many pairs of states, by a fixed seed.
@Suite("Differences of states") struct DifferenceTests {
    private struct Lots: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static func quota(_ level: QuotaLevel, _ lots: inout Lots) -> StoredQuota {
        let sizes: [LimitChange<ByteCount>] = [
            .unlimited, .to(ByteCount(5)), .to(ByteCount(0)), level == .domain ? .unlimited : .planned,
        ]
        let messages: LimitChange<Int64> = Bool.random(using: &lots) ? .unlimited : .to(3)
        return StoredQuota(bytes: sizes.randomElement(using: &lots) ?? .unlimited, messages: messages)
    }

    private static func limits(_ lots: inout Lots) -> LimitSet {
        var limits = LimitSet()
        if Bool.random(using: &lots) { limits.values[.messageSize] = .number(Int64.random(in: 0...1, using: &lots)) }
        if Bool.random(using: &lots) { limits.values[.protocols] = .services([.imap]) }
        return limits
    }

    private static func suspension(_ lots: inout Lots) throws -> StoredSuspension {
        StoredSuspension(
            what: Suspendable.allCases.filter { _ in Int.random(in: 0..<4, using: &lots) == 0 },
            reason: Bool.random(using: &lots) ? try SuspensionReason("why") : nil)
    }

    private static func group(_ domains: [DomainName], _ lots: inout Lots) throws -> GroupSettings {
        let owners = try domains.filter { _ in Bool.random(using: &lots) }.map { try TargetAddress("o@\($0)") }
        let members = ["a@else.example", "A@else.example", "b@else.example"].filter { _ in Bool.random(using: &lots) }
        return GroupSettings(
            posting: PostingRule.allCases.randomElement(using: &lots) ?? .anyone, owners: owners,
            members: try members.map { try TargetAddress($0) })
    }

    /// Few names, so that things change places often.
    private static func state(_ lots: inout Lots) throws -> TenantState {
        var state = TenantState(
            settings: TenantSettings(
                plan: try PlanName(["default", "gold"].randomElement(using: &lots) ?? "gold"), quota: quota(.tenant, &lots),
                limits: limits(&lots), suspension: try suspension(&lots)))
        for name in ["a.example", "b.example", "c.example"] where Bool.random(using: &lots) {
            state.domains[try DomainName(name)] = quota(.domain, &lots)
        }
        let domains = state.domains.keys.sorted()
        for name in ["a.example", "c.example", "d.example"] where state.domains[try DomainName(name)] == nil {
            if let domain = domains.randomElement(using: &lots) { state.domainAliases[try DomainName(name)] = domain }
        }
        for domain in domains {
            for name in ["x", "y"] {
                switch Int.random(in: 0..<4, using: &lots) {
                case 0:
                    state.users[try EmailAddress("\(name)@\(domain)")] = UserSettings(
                        quota: quota(.user, &lots), limits: limits(&lots), suspension: try suspension(&lots),
                        password: Bool.random(using: &lots) ? .none : .hash("\(Int.random(in: 0...1, using: &lots))"))
                case 1:
                    let target = try TargetAddress("\(Int.random(in: 0...1, using: &lots))@else.example")
                    state.aliases[try AliasAddress("\(name)@\(domain)")] = [target]
                case 2: state.groups[try EmailAddress("\(name)@\(domain)")] = try group(domains, &lots)
                default: break
                }
            }
        }
        return state
    }

    /// What the database would refuse.
    private func isPossible(_ state: TenantState) -> Bool {
        state.users.keys.allSatisfy { address in
            state.domains[address.domain] != nil && (try? AliasAddress(address.text)).flatMap { state.aliases[$0] } == nil
        } && state.aliases.keys.allSatisfy { state.domains[$0.domain] != nil }
            && state.groups.keys.allSatisfy { address in
                state.domains[address.domain] != nil && state.users[address] == nil
                    && (try? AliasAddress(address.text)).flatMap { state.aliases[$0] } == nil
            }
            && state.domainAliases.allSatisfy { state.domains[$1] != nil && state.domains[$0] == nil }
    }

    @Test("Changes lead from any state to any other, each step possible, and their inverse leads back") func property() throws {
        var lots = Lots(state: 2026)
        let name = try TenantName("acme")
        for _ in 0..<3_000 {
            let old = try Self.state(&lots), new = try Self.state(&lots)
            let changes = TenantState.changes(from: old, to: new)
            var state = old
            for change in changes {
                state.apply(change)
                #expect(isPossible(state), "\(change)")
            }
            #expect(state == new)
            #expect(TenantState.changes(from: new, to: new).isEmpty)
            #expect(try new.reaching(DesiredTenant(inverting: changes, of: name), prune: false) == old)
            let exported = DesiredTenant(exporting: new, of: name)
            #expect(try new.reaching(exported, prune: true) == new)
            var reached = try old.reaching(exported, prune: true)
            for address in reached.users.keys { reached.users[address]?.password = new.users[address]?.password ?? .none }
            #expect(reached == new, "but for passwords")
        }
    }
}

extension DesiredTenant {
    fileprivate func with(members: [SharedMember]) -> DesiredTenant {
        var copy = self
        copy.mailboxes[0].members = members
        return copy
    }
}
