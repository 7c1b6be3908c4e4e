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

    @Test("What is deleted can be brought back; what is destroyed cannot, and needs its name typed") func kept() throws {
        let kept = Bench(FakeConsole(canAsk: true, answers: ["acme"]))
        #expect(try kept.run("tenant delete acme") == 0)
        #expect(kept.console.output == "Deleted tenant acme; `tenant undelete acme` brings it back until 2026-05-18T03:02:01Z.\n")
        // Nobody asked how long it will be kept, so no way back is promised.
        let question = kept.console.errors
        #expect(!question.contains("brought back") && question.contains("with 0 it is destroyed at once, for ever"))
        let destroyed = Bench(FakeConsole(canAsk: true, answers: ["acme"]))
        #expect(try destroyed.run("tenant delete acme --now") == 0)
        #expect(destroyed.console.errors.contains("destroys") && destroyed.console.errors.contains("for ever"))
        #expect(destroyed.transport.made.last == "DELETE /tenants/acme?now=true")
        // Of one who is deleted already.
        let user = Bench(FakeConsole(canAsk: true, answers: ["ann@acme.example"]))
        #expect(try user.run("user delete ann@acme.example --now") == 0)
        #expect(user.console.errors.contains("the deleted user ann@acme.example with 3 messages"))
    }

    @Test("A deleted user is brought back, under another address too; holds are set, listed and released") func lifeCycle() throws {
        let bench = Bench()
        #expect(try bench.run("user undelete ann@acme.example") == 0)
        #expect(try bench.run("user undelete ann@acme.example --as anna@acme.example") == 0)
        #expect(bench.transport.made.last == #"POST /users/ann%40acme.example/undelete {"address":"anna@acme.example"}"#)
        #expect(try bench.run("deleted list --format csv") == 0)
        #expect(bench.console.output.contains("user,ann@acme.example,acme,2026-05-04T03:02:01Z,olga,2026-05-18T03:02:01Z,held,"))
        #expect(try bench.run("hold set ann@acme.example --reason 'case 7'") == 0)
        #expect(bench.transport.made.last == #"POST /holds/ann%40acme.example {"reason":"case 7"}"#)
        #expect(try bench.run("hold list --format csv") == 0)
        #expect(bench.console.output.contains("ann@acme.example,acme,2026-05-04T03:02:01Z,olga,2,3000,case 7"))
        #expect(try bench.run("hold release ann@acme.example") == 65)
        #expect(try bench.run("hold release ann@acme.example --yes") == 0)
    }

    @Test("Aliases and groups are deleted without a question, for they come back; what is destroyed needs its name typed") func addresses()
        throws
    {
        let bench = Bench()
        #expect(try bench.run("alias delete info@acme.example") == 0)
        #expect(
            bench.console.output == "Deleted alias info@acme.example; `alias undelete info@acme.example` brings it back until "
                + "2026-05-18T03:02:01Z.\n")
        #expect(try bench.run("alias delete info@acme.example --now") == 65)
        #expect(bench.transport.made.last == "GET /aliases/info%40acme.example")
        let destroyed = Bench(FakeConsole(canAsk: true, answers: ["info@acme.example", "team@acme.example", "yes"]))
        #expect(try destroyed.run("alias delete info@acme.example --now") == 0)
        #expect(destroyed.console.errors.contains("This destroys alias info@acme.example with 2 targets, for ever."))
        #expect(destroyed.console.output == "Deleted alias info@acme.example, for ever.\n")
        #expect(try destroyed.run("group delete team@acme.example --now") == 0)
        #expect(destroyed.console.errors.contains("This destroys the deleted group team@acme.example, for ever."))
        #expect(destroyed.transport.made.last == "DELETE /groups/team%40acme.example?now=true")
        #expect(try destroyed.run("group delete team@acme.example --now") == 1, "yes is no name")
    }

    @Test("A deleted alias or group is brought back, and who is left out is named") func undeleted() throws {
        let bench = Bench()
        #expect(try bench.run("alias undelete info@acme.example") == 0)
        #expect(
            bench.console.output == "Alias info@acme.example to ann@acme.example, x@far.example is back.\n"
                + "Left out, since they are gone: bob@acme.example.\n")
        let group = Bench()
        #expect(try group.run("group undelete team@acme.example") == 0)
        #expect(group.console.output == "Group team@acme.example is back, with 1 member.\n")
        #expect(try group.run("deleted list --format csv") == 0)
        #expect(group.console.output.contains("group,team@acme.example,acme,2026-05-04T03:02:01Z,,"))
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

    @Test(
        "Two different passwords, or one that logins cannot have, change nothing",
        arguments: [["correct horse", "battery staple"], ["correct\u{7} horse"]])
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
