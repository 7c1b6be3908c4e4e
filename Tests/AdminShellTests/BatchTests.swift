import AdminAPI
import AdminShell
import Testing

struct BatchTests {
    static let lines: [(String, [String])] = [
        ("tenant create acme", ["tenant", "create", "acme"]), ("  a\t b  ", ["a", "b"]), ("", []), ("# all of it", []),
        ("a # rest", ["a"]), ("a#b", ["a#b"]), ("a '#b' c", ["a", "#b", "c"]), ("'a b' \"c d\"", ["a b", "c d"]), ("a'b'c", ["abc"]),
        ("''", [""]), (#"a\ b"#, ["a b"]), (#""a\"b\\c\d""#, [#"a"b\c\d"#]), (#"'a\b'"#, [#"a\b"#]), ("\\#x", ["#x"]), ("a\r", ["a"]),
    ]
    @Test("A line is parted into words as in a Unix shell", arguments: lines)
    func split(line: String, words: [String]) throws { #expect(try CommandWords.split(line) == words) }

    @Test("An unfinished line is refused", arguments: ["'a", "a \"b", "a\\", "\"a\\"])
    func unfinished(line: String) { #expect(throws: CommandWords.Mistake.self) { try CommandWords.split(line) } }

    private func run(_ text: String, keepGoing: Bool = false, format: OutputFormat = .table) -> (status: Int32, bench: Bench) {
        var bench = Bench()
        bench.settings.format = format
        let batch = Batch(interpreter: bench.interpreter, settings: bench.settings, console: bench.console)
        return (batch.run(text, named: "new.casella", keepGoing: keepGoing), bench)
    }

    @Test("It stops at the first failure and says where") func stops() {
        let (status, bench) = run("# set up\n\ncasella tenant create acme\ntenant suspend acme\ntenant list\n")
        #expect(status == 76)
        #expect(bench.console.errors == "new.casella:4: Tenant acme is suspended already.\nnew.casella: stopped; 1 command done before\n")
        #expect(bench.transport.made.count == 2)
    }

    @Test("Ctrl-C ends it behind the command in hand, and it says where") func interrupted() {
        let console = FakeConsole()
        let platform = Answering { number, _ in
            if number == 2 { console.interrupt() }
            return Prepared.tenant
        }
        let batch = Batch(
            interpreter: Interpreter(console: console) { _ in platform }, settings: Settings(dataDirectory: "/nowhere"), console: console)
        #expect(batch.run("tenant create a\ntenant create b\n\ntenant create c\n", named: "new.casella", keepGoing: true) == 130)
        #expect(platform.asked.count == 2)
        #expect(console.errors == "new.casella: interrupted; 2 commands done, line 3 and those behind it not begun\n")
    }

    @Test("What only looks is broken off, and the line is named") func interruptedWithin() {
        let console = FakeConsole()
        let platform = Answering { number, watch throws(AdminError) in
            if number == 2 { console.interrupt() }
            guard watch.goesOn() else { throw watch.interruption(isSent: true) }
            return "[\(Prepared.tenant)]"
        }
        let batch = Batch(
            interpreter: Interpreter(console: console) { _ in platform }, settings: Settings(dataDirectory: "/nowhere"), console: console)
        #expect(batch.run("tenant list\ntenant list\ntenant list\n", named: "new.casella", keepGoing: true) == 130)
        #expect(platform.asked.count == 2)
        #expect(
            console.errors == "new.casella:2: Interrupted; nothing was changed.\n"
                + "new.casella: interrupted in line 2; 1 command done, the lines behind it not begun\n")
    }

    @Test("A check that finds something stops it, and is shown") func stopsAtBadNews() {
        let (status, bench) = run("tenant create acme\nquota check\ntenant list\n")
        #expect(status == 2)
        #expect(bench.console.output.contains("one differs"))
        #expect(bench.console.errors == "new.casella: stopped; 1 command done before\n")
        #expect(bench.transport.made.count == 2)
    }

    @Test("With --keep-going it goes on, and the status is the first failure's") func keepsGoing() {
        let (status, bench) = run("tenant suspend acme\n'open\nrun other\r\ntenant list", keepGoing: true)
        #expect(status == 76)
        #expect(bench.console.errors.contains("new.casella:2: A quotation that begins with ' does not end."))
        #expect(bench.console.errors.contains("new.casella:3: A batch cannot run another batch."))
        #expect(bench.console.errors.hasSuffix("new.casella: 1 command done, 3 failed\n"))
        #expect(bench.console.output.contains("acme"))
    }

    @Test("With --format json the whole batch prints one value") func json() throws {
        let (_, bench) = run("tenant delete acme --yes\ntenant suspend acme\n", format: .json)
        #expect(
            bench.console.output == """
                [
                  {
                    "line" : 1,
                    "result" : {
                      "deleted" : "acme",
                      "destroyed" : false,
                      "keptUntil" : "2026-05-18T03:02:01Z"
                    }
                  },
                  {
                    "error" : {
                      "code" : "conflict",
                      "message" : "Tenant acme is suspended already."
                    },
                    "line" : 2
                  }
                ]

                """)
    }

    @Test("An empty batch does nothing, well") func empty() { #expect(run("\n# nothing\n").status == 0) }
}
