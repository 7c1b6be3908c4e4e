import AdminAPI
import FoundationEssentials
import Testing

@Suite("What an undo makes again, and what it leaves") struct UndoTests {
    @Test("Who has the address of somebody who went is left alone by an undo") func successors() throws {
        let old = try TenantState.acme(), name = try TenantName("acme"), ann = try EmailAddress("ann@acme.example")
        var new = old
        new.users[ann] = nil
        let inverse = DesiredTenant(inverting: TenantState.changes(from: old, to: new), of: name)
        var later = new
        later.users[ann] = UserSettings(password: .hash("another's"))
        #expect(try later.reaching(inverse, prune: false) == later)
        #expect(try new.reaching(inverse, prune: false) == old)
    }

    @Test("By the number an undo knows who is meant, and leaves alone who has the address since") func numbers() throws {
        let old = try TenantState.acme(), name = try TenantName("acme"), ann = try EmailAddress("ann@acme.example")
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
        // Addresses that only look the same have numbers of their own; older applies have such an address as it is.
        let composed = try EmailAddress("jos\u{E9}@acme.example"), decomposed = try EmailAddress("jose\u{301}@acme.example")
        let both = DesiredTenant(inverting: [], of: name, numbers: [composed: 1, decomposed: 2])
        let again = try JSONDecoder().decode(DesiredTenant.self, from: JSONEncoder().encode(both))
        #expect(again.successors(among: [composed: 1, decomposed: 2]) == [])
        #expect(again.successors(among: [composed: 2, decomposed: 2]) == [composed])
        var before = both
        before.userNumbers = [composed.text: 1]
        #expect(before.successors(among: [composed: 1]) == [] && before.successors(among: [composed: 7]) == [composed])
        // Of older applies no numbers are known.
        let older = DesiredTenant(inverting: TenantState.changes(from: old, to: new), of: name)
        let kept = String(decoding: try JSONEncoder().encode(older), as: UTF8.self)
        #expect(!kept.contains("userNumbers"))
        let read = try JSONDecoder().decode(DesiredTenant.self, from: Data(kept.utf8))
        #expect(try new.reaching(read, prune: false, numbers: [ann: 3, bob: 4]) == old)
    }

    @Test("A password that was to be changed is so again by an undo, and another is not") func demands() throws {
        var old = try TenantState.acme()
        let name = try TenantName("acme"), ann = try EmailAddress("ann@acme.example"), by = Timestamp(secondsSince1970: 1_800_000_000)
        old.users[ann]?.passwordChangeBy = by
        func reached(_ desired: DesiredUser, from state: TenantState) throws -> UserSettings? {
            try state.reaching(DesiredTenant(name: name, users: [desired]), prune: false).users[ann]
        }
        #expect(try reached(DesiredUser(address: ann, password: TenantState.hash), from: old)?.passwordChangeBy == by, "the same one")
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

    @Test("A tenant that was made, or came back, is to go by an undo, and no other") func tenants() throws {
        let acme = try TenantState.acme(), name = try TenantName("acme")
        let changes = TenantState.changes(from: TenantState(settings: acme.settings), to: acme)
        for fate in [TenantFate.made, .comesBack, .stays, .goes] {
            let inverse = DesiredTenant(inverting: changes, of: name, fate: fate)
            let text = String(decoding: try JSONEncoder().encode(inverse), as: UTF8.self)
            let read = try JSONDecoder().decode(DesiredTenant.self, from: Data(text.utf8))
            #expect(read == inverse && read.gone?.tenant == (fate == .made || fate == .comesBack))
        }
        let older = try JSONDecoder().decode(GoneFromTenant.self, from: Data("{}".utf8))
        #expect(!older.tenant)
        let settings = TenantChange.settings(TenantSettings(), TenantSettings(plan: try PlanName("big")))
        let both = [settings] + changes.prefix(1), big = TenantSettings(plan: try PlanName("big"))
        let made = StateChange.all(both, of: name, .made, big)
        #expect(made.first == StateChange(.tenant, "acme", .add, [ChangedField("plan", "default", "big")]) && made.count == 2)
        let gone = StateChange.all(both, of: name, .goes, big)
        #expect(gone.last == StateChange(.tenant, "acme", .remove) && gone.count == 2)
        #expect(StateChange.all(both, of: name, .stays, big).first?.action == .change)
    }

    @Test("What was changed and then went is not made again by an undo") func gone() throws {
        let old = try TenantState.acme(), name = try TenantName("acme"), ann = try EmailAddress("ann@acme.example")
        var new = old
        new.users[ann]?.quota.messages = .to(5)
        new.aliases[try AliasAddress("info@acme.example")] = [try TargetAddress("x@else.example")]
        let inverse = DesiredTenant(inverting: TenantState.changes(from: old, to: new), of: name)
        var later = new
        (later.users, later.aliases) = ([:], [:])
        #expect(try later.reaching(inverse, prune: false) == later)
        #expect(try new.reaching(inverse, prune: false) == old)
    }
}
