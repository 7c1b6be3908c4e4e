import AdminAPI
import FoundationEssentials
import Testing

@Suite("Shared mailboxes of desired states") struct DesiredMailboxTests {
    @Test("A shared mailbox is made, changed and undone, and never becomes a user nor a user one") func mailboxes() throws {
        var old = try TenantState.acme()
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
            (DesiredTenant(name: name, users: [DesiredUser(address: desk, password: TenantState.hash)]), "is a shared mailbox"),
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
            var state = try TenantState.acme()
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
}

extension DesiredTenant {
    fileprivate func with(members: [SharedMember]) -> DesiredTenant {
        var copy = self
        copy.mailboxes[0].members = members
        return copy
    }
}
