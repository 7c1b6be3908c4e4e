import AdminAPI
import AdminShell
import Testing

/// What is asked before something is destroyed, and how passwords come in.
struct AskingTests {
    @Test("Deleting a tenant needs its name typed") func typed() throws {
        let bench = Bench(FakeConsole(canAsk: true, answers: ["acme"]))
        #expect(try bench.run("tenant delete acme") == 0)
        #expect(bench.console.errors.contains("1 domain, 2 users and 3 messages (1.5 KiB)"))
        #expect(bench.transport.made == ["GET /tenants/acme", "DELETE /tenants/acme"])
    }

    @Test("Another answer, or none, deletes nothing", arguments: ["yes", "acm", "", nil]) func wrong(answer: String?) throws {
        let bench = Bench(FakeConsole(canAsk: true, answers: [answer]))
        #expect(try bench.run("tenant delete acme") == 1)
        #expect(bench.transport.made == ["GET /tenants/acme"])
    }

    @Test("Without a terminal it is refused unless --yes is given") func noTerminal() throws {
        let refused = Bench()
        #expect(try refused.run("tenant delete acme") == 65)
        #expect(refused.console.errors.contains("--yes"))
        #expect(!refused.transport.made.contains("DELETE /tenants/acme"))
        let agreed = Bench()
        #expect(try agreed.run("tenant delete acme --yes") == 0)
        #expect(agreed.transport.made.contains("DELETE /tenants/acme"))
    }

    @Test("A password is asked for twice, hidden") func asked() throws {
        let bench = Bench(FakeConsole(canAsk: true, answers: ["correct horse", "correct horse"]))
        #expect(try bench.run("user password ann@acme.example") == 0)
        #expect(bench.console.hiddenQuestions == 2)
        #expect(bench.transport.made == [#"POST /users/ann%40acme.example/password {"password":{"given":"correct horse"}}"#])
        #expect(!bench.console.output.contains("horse") && !bench.console.errors.contains("horse"))
    }

    @Test("Two different passwords, or a short one, change nothing", arguments: [["correct horse", "battery staple"], ["short"]])
    func refused(answers: [String]) throws {
        let bench = Bench(FakeConsole(canAsk: true, answers: answers))
        #expect(try bench.run("user password ann@acme.example") == 65)
        #expect(bench.transport.made.isEmpty)
    }

    @Test("A script gives it on standard input") func standardInput() throws {
        let bench = Bench(FakeConsole(input: ["correct horse"]))
        #expect(try bench.run("user password ann@acme.example --password-stdin") == 0)
        let silent = Bench()
        #expect(try silent.run("user password ann@acme.example") == 65)
        #expect(silent.console.errors.contains("--password-stdin"))
    }
}
