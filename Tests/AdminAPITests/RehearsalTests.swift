import AdminAPI
import Testing

@Suite("Trials") struct RehearsalTests {
    @Test("Every call that changes something can be tried, but for those that are named with a reason") func all() {
        let untried = Calls.all.filter { !$0.canBeTried }.map(\.command)
        #expect(Set(untried) == ["apply", "undo", "session login", "session logout"])
        #expect(Set(untried) == Set(Rehearsal.exceptions.keys))
        for reason in Rehearsal.exceptions.values { #expect(reason.hasSuffix(".") && reason.count > 20) }
    }

    @Test("What cannot be tried is shown by a call that only reads, or is a login or its end") func exceptions() {
        for command in Rehearsal.exceptions.keys where !command.hasPrefix("session ") {
            #expect(Calls.all.contains { $0.command == "\(command) --dry-run" && $0.effect == .reads }, "\(command)")
        }
    }

    @Test("A trial that there is not is refused with the reason") func refusal() {
        let refusal = Calls.logOut.trialRefusal
        #expect(refusal.code == .invalid && refusal.message == "`session logout` cannot be tried without being done.")
        #expect(refusal.hint == "Nothing is changed but that you are logged out.\nLeave --dry-run out to do it.")
    }

    @Test("Calls that prove their caller in the body are tried like others, or are the login") func own() {
        for call in Calls.all where call.isLogin { #expect(call.canBeTried || call.command == "session login", "\(call.command)") }
    }
}
