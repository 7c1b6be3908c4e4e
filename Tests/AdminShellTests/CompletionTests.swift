import AdminAPI
import AdminShell
import Testing

private struct FakeNames: NameSource {
    func names(_ kind: NameKind, prefix: String) -> [String] {
        let known: [NameKind: [String]] = [
            .tenants: ["acme", "acorn", "beta"], .domains: ["acme.example"], .claims: ["new.example"],
            .addresses: ["ann@acme.example", "bob@acme.example"],
            .quotaTargets: ["acme", "acme.example", "ann@acme.example"], .workers: ["gateway", "tenant:acme"],
        ]
        return (known[kind] ?? []).filter { $0.hasPrefix(prefix) }
    }
}

struct CompletionTests {
    static let cases: [(String, String, [String])] = [
        ("", "t", ["tenant", "top"]), ("", "ex", ["exit", "explain", "export"]),
        ("", "us", ["usage", "use", "user"]), ("", "q", ["queue", "quota"]),
        ("tenant ", "s", ["show", "suspend"]), ("use ", "ac", ["acme", "acorn"]),
        ("casella tenant ", "cr", ["create"]), ("help ", "us", ["usage", "user"]),
        ("help user ", "cr", ["create"]), ("help user create ", "", []),
        ("tenant show ", "ac", ["acme", "acorn"]), ("tenant show acme ", "", []), ("tenant create ", "", []),
        ("domain create new.example --tenant ", "b", ["beta"]), ("domain create --tenant beta ", "", []), ("domain create --t", "", []),
        ("user create x@acme.example ", "--g", ["--generate"]), ("user create --generate ", "--g", []),
        ("quota show ", "acme", ["acme", "acme.example"]), ("quota set --bytes 5GB ", "ann", ["ann@acme.example"]),
        ("alias create i@acme.example --to ", "ann@acme.example,b", ["ann@acme.example,bob@acme.example"]),
        ("tenant list --format ", "", ["csv", "json", "table"]), ("worker restart ", "tenant:", ["tenant:acme"]),
        ("domain verify ", "", ["new.example"]), ("domain unclaim new.example --tenant ", "b", ["beta"]),
        ("nonsense ", "", []), ("tenant 'open ", "", []), ("user password ", "ANN", ["ann@acme.example"]),
    ]
    @Test("Tab offers commands, options and living names", arguments: cases)
    func completes(line: String, word: String, expected: [String]) {
        #expect(Completer(source: FakeNames()).candidates(after: line, word: word) == expected)
    }

    @Test("A line without a program completes to nothing", arguments: [" x", "# x", "", "x", " ", "\t# "])
    func noProgram(line: String) throws {
        let bench = Bench()
        guard case .report(let report) = bench.interpreter.perform(["complete", "--", line], bench.settings) else {
            return #expect(Bool(false))
        }
        #expect(try report.text(in: .csv) == "word\n")
    }

    static let mistakes: [(String, String?)] = [
        ("tenat", "tenant"), ("tennant", "tenant"), ("usr", "user"), ("uesr", "user"), ("qouta", "quota"), ("stat", "status"),
        ("xyzzy", nil), ("", nil), (String(repeating: "a", count: 500), nil),
    ]
    @Test("A mistyped command is recognized when it is near one", arguments: mistakes)
    func suggestion(typed: String, meant: String?) {
        let known = ["tenant", "domain", "user", "alias", "quota", "queue", "worker", "status", "run"]
        #expect(Suggestion.nearest(to: typed, in: known) == meant)
    }

    @Test("Swapped neighbours count once") func distance() {
        #expect(Suggestion.distance("uesr", "user") == 1)
        #expect(Suggestion.distance("", "abc") == 3)
        #expect(Suggestion.distance("kitten", "sitting") == 3)
    }
}
