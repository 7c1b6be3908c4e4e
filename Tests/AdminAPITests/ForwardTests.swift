import AdminAPI
import FoundationEssentials
import Testing

@Suite("Forwards of users") struct ForwardTests {
    private let name: TenantName, ann: EmailAddress, out: TargetAddress

    init() throws {
        (name, ann, out) = (try TenantName("acme"), try EmailAddress("ann@acme.example"), try TargetAddress("out@far.example"))
    }

    @Test("Targets are in order, each once, and a copy stays if nothing else is said") func reading() throws {
        let read = try JSONDecoder().decode(
            NewForward.self, from: Data(#"{"to": ["b@x.example", "a@x.example", "b@x.example"]}"#.utf8))
        #expect(read.to.map(\.text) == ["a@x.example", "b@x.example"] && read.copy)
        try read.validate()
        let targets = try (0...100).map { try TargetAddress("u\($0)@x.example") }
        try NewForward(to: Array(targets.dropLast()), copy: false).validate()
        for wrong in [targets, []] { #expect(throws: AdminError.self) { try NewForward(to: wrong).validate() } }
    }

    private func reached(_ forward: DesiredForward?, from state: TenantState, prune: Bool = false) throws -> TenantState {
        let desired = DesiredTenant(
            name: name, domains: state.domains.keys.map { DesiredDomain(name: $0) }, users: [DesiredUser(address: ann, forward: forward)])
        return try state.reaching(desired, prune: prune)
    }

    @Test("A forward is written, shown, exported and undone, and stays where it is not written") func states() throws {
        let state = try TenantState.acme()
        let on = try reached(.on(NewForward(to: [out], copy: false)), from: state)
        #expect(on.users[ann]?.forward?.to == [out])
        #expect(try reached(nil, from: on, prune: true).users[ann]?.forward == on.users[ann]?.forward)
        let changes = TenantState.changes(from: state, to: on)
        #expect(changes.flatMap { StateChange($0, of: name).fields } == [ChangedField("forward", nil, "out@far.example, no copy stays")])
        let off = try reached(.off, from: on)
        #expect(off == state)
        for (old, new) in [(state, on), (on, off)] {
            let inverse = DesiredTenant(inverting: TenantState.changes(from: old, to: new), of: name)
            #expect(try new.reaching(inverse, prune: false) == old)
        }
        #expect(try on.reaching(DesiredTenant(exporting: on, of: name), prune: true) == on)
        let copied = try reached(.on(NewForward(to: [out])), from: on)
        #expect(copied != on && TenantState.changes(from: on, to: copied).count == 1)
    }

    @Test("Nobody forwards to themselves, under any name of the domain, unless it was so before") func itself() throws {
        let state = try TenantState.acme()
        for target in ["Ann@acme.example", "ann@also.example"] {
            let forward = NewForward(to: [try TargetAddress(target), out])
            let error = #expect(throws: AdminError.self) { try reached(.on(forward), from: state) }
            #expect(error?.message.contains("own address") == true)
            var before = state
            before.users[ann]?.forward = forward
            #expect(try reached(.on(forward), from: before) == before)
        }
        #expect(try reached(.on(NewForward(to: [try TargetAddress("ann@else.example")])), from: state).users[ann]?.forward != nil)
    }

    @Test("A forward breaks when a target in the tenant goes, and a group does not lead too deep through one") func beside() throws {
        var state = try TenantState.acme()
        let bob = try EmailAddress("bob@acme.example")
        state.users[bob] = UserSettings(forward: NewForward(to: [try TargetAddress("ann@also.example"), out]))
        var less = state
        less.users[ann] = nil
        #expect(TenantState.brokenForwards(from: state, to: less) == [bob])
        #expect(TenantState.brokenForwards(from: state, to: state).isEmpty)
        less.users[bob] = nil
        #expect(TenantState.brokenForwards(from: state, to: less).isEmpty)
        let team = try EmailAddress("team@acme.example")
        state.groups[team] = GroupSettings(members: [try TargetAddress("bob@acme.example")])
        try state.requireNoCircles(after: TenantState.acme(), depth: 2)
        let error = #expect(throws: AdminError.self) { try state.requireNoCircles(after: TenantState.acme(), depth: 1) }
        #expect(error?.message.contains("more than 1 deep") == true)
    }
}
