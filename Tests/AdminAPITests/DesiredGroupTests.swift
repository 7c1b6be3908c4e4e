import AdminAPI
import Testing

@Suite("Groups of desired states") struct DesiredGroupTests {
    @Test("A group is an address, counts as an alias, and has owners of its tenant") func groups() throws {
        let name = try TenantName("acme"), team = try EmailAddress("team@acme.example"), state = try TenantState.acme()
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
        var old = try TenantState.acme()
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
}
