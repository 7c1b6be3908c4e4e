import AdminAPI
import AdminShell
import Testing

private struct FakeNames: NameSource {
    func names(_ kind: NameKind, prefix: String) -> [String] {
        let known: [NameKind: [String]] = [
            .tenants: ["acme", "acorn", "beta"], .domains: ["acme.example"],
            .domainAliases: ["also.example"], .domainNames: ["acme.example", "also.example"], .claims: ["new.example"],
            .addresses: ["ann@acme.example", "bob@acme.example"],
            .quotaTargets: ["acme", "acme.example", "ann@acme.example"], .workers: ["gateway", "tenant:acme"], .applies: ["17", "9"],
        ]
        return (known[kind] ?? []).filter { $0.hasPrefix(prefix) }
    }

    func names(_ kind: NameKind, of owner: String, prefix: String) -> [String] {
        let known: [NameKind: [String: [String]]] = [
            .selectors: ["acme.example": ["c2026r", "c2027r"]], .appPasswords: ["ann@acme.example": ["Phone", "laptop of Ann"]],
        ]
        return (known[kind]?[owner] ?? []).filter { $0.lowercased().hasPrefix(prefix) }
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
        ("forward set ", "ann", ["ann@acme.example"]), ("forward set ann@acme.example --to ", "b", ["bob@acme.example"]),
        ("tenant list --format ", "", ["csv", "json", "table"]), ("worker restart ", "tenant:", ["tenant:acme"]),
        ("dkim create ", "a", ["acme.example", "also.example"]), ("dkim activate ", "al", ["also.example"]),
        ("dkim list ", "al", ["also.example"]), ("dkim show ", "al", ["also.example"]), ("dkim delete ", "al", ["also.example"]),
        ("domain dns ", "a", ["acme.example", "also.example"]), ("domain check ", "al", ["also.example"]),
        ("domain show ", "a", ["acme.example"]), ("domain unalias ", "", ["also.example"]),
        ("domain verify ", "", ["new.example"]), ("domain unclaim new.example --tenant ", "b", ["beta"]),
        ("undo ", "", ["17", "9"]), ("dkim delete acme.example ", "c2026", ["c2026r"]), ("dkim delete ", "ac", ["acme.example"]),
        ("dkim delete beta.example ", "", []), ("dkim delete --yes acme.example ", "", ["c2026r", "c2027r"]),
        ("app-password delete ann@acme.example ", "ph", ["Phone"]), ("app-password delete ann@acme.example ", "PH", ["Phone"]),
        ("app-password delete bob@acme.example ", "", []), ("user create ", "new@", ["new@acme.example"]),
        ("user create ", "new@AC", ["new@acme.example"]), ("user create ", "new", []), ("user create ", "new@other", []),
        ("user create --generate ", "Dr.New@ac", ["Dr.New@acme.example"]), ("alias create ", "@", ["@acme.example"]),
        ("group create ", "team@a", ["team@acme.example"]), ("mailbox create ", "desk@a", ["desk@acme.example"]),
        ("user rename ann@acme.example ", "anna@", ["anna@acme.example"]), ("--yes tenant show ", "be", ["beta"]),
        ("app-password create ann@acme.example --service ", "", ["imap", "pop3", "submission"]),
        ("self app-password ann@acme.example --service ", "w", []), ("explain login ann@acme.example --protocol ", "w", ["web"]),
        ("plan create gold --protocols ", "", ["imap", "pop3", "submission", "web"]),
        ("plan set gold --protocols ", "imap,w", ["imap,web"]),
        ("plan override acme --protocols ", "web,imap,", ["web,imap,pop3", "web,imap,submission"]),
        ("domain create new.example ", "--tenant=b", ["--tenant=beta"]),
        ("domain create new.example ", "--tenant=ac", ["--tenant=acme", "--tenant=acorn"]),
        ("alias create i@acme.example ", "--to=ann@acme.example,b", ["--to=ann@acme.example,bob@acme.example"]),
        ("tenant list ", "--format=j", ["--format=json"]), ("plan set gold ", "--protocols=imap,w", ["--protocols=imap,web"]),
        ("user create x@acme.example ", "--generate=", []), ("user create x@acme.example ", "--nonsense=", []),
        ("nonsense ", "", []), ("tenant 'open ", "", []), ("user password ", "ANN", ["ann@acme.example"]),
    ]
    @Test("Tab offers commands, options and living names", arguments: cases)
    func completes(line: String, word: String, expected: [String]) {
        let words = try? CommandWords.split(line)
        #expect(words.map { Completer(source: FakeNames()).candidates(after: $0, word: word) } ?? [] == expected)
        guard line.isEmpty || line.last == " " else { return }
        let offer = Completer(source: FakeNames()).offer(for: line + word, replacing: word)
        #expect(offer?.shown ?? [] == expected)
        if let offer, offer.shown.count == 1 { #expect(offer.inserted == expected.first) }
    }

    private struct OddNames: NameSource {
        func names(_ kind: NameKind, prefix: String) -> [String] {
            ["yak'wren", "yak'x", #"owl"\x"#, "#team", "b c", "mü'ro", "pat#1"].filter { $0.hasPrefix(prefix) }
        }
        func names(_ kind: NameKind, of owner: String, prefix: String) -> [String] { [] }
    }

    static let atPrompt: [(line: String, replaced: String, inserted: String?, words: [String]?)] = [
        ("user show yak'w", "w", nil, nil), ("user show yak", "yak", #"yak\'"#, nil), ("user show 'yak", "yak", #"yak'\''"#, nil),
        (#"user show yak\'w"#, #"yak\'w"#, #"yak\'wren"#, ["yak'wren"]), (#"user show yak\'w"#, "w", "wren", ["yak'wren"]),
        (#"user show 'yak'\''w"#, "w", "wren'", ["yak'wren"]), (#"user show "yak'w"#, "w", #"wren""#, ["yak'wren"]),
        ("user show ow", "ow", #"owl\"\\x"#, [#"owl"\x"#]), (#"user show "ow"#, "ow", #"owl\"\\x""#, [#"owl"\x"#]),
        ("user show 'ow", "ow", #"owl"\x'"#, [#"owl"\x"#]), ("user show \\#t", "#t", "#team", ["#team"]),
        ("user show #t", "#t", nil, nil), ("user show '#", "#", "#team'", ["#team"]), ("user show b ", "", nil, nil),
        (#"user show b\ "#, "", "c", ["b c"]), (#"user show b\"#, #"b\"#, #"b\ c"#, ["b c"]), ("user show 'b ", "", "c'", ["b c"]),
        ("user show mü", "mü", #"mü\'ro"#, ["mü'ro"]), ("user show pat", "pat", "pat#1", ["pat#1"]),
        ("user show PAT", "PAT", "pat#1", ["pat#1"]),
        ("user show 'PAT", "PAT", "pat#1'", ["pat#1"]), ("user show zzz", "zzz", nil, nil), ("user show pat", "other", nil, nil),
    ]
    @Test("At the prompt a name is quoted as the prompt reads it, in the quotation that is open, which ends with it", arguments: atPrompt)
    func prompt(line: String, replaced: String, inserted: String?, words: [String]?) throws {
        let offer = Completer(source: OddNames()).offer(for: line, replacing: replaced)
        #expect(offer?.inserted == inserted)
        guard let words, let offer else { return }
        #expect(try CommandWords.split(String(line.dropLast(replaced.count)) + offer.inserted) == ["user", "show"] + words)
    }

    @Test("A name that begins like a comment is none when it is completed") func comment() throws {
        struct Team: NameSource {
            func names(_ kind: NameKind, prefix: String) -> [String] { ["#team"] }
            func names(_ kind: NameKind, of owner: String, prefix: String) -> [String] { [] }
        }
        #expect(Completer(source: Team()).offer(for: "user show ", replacing: "")?.inserted == "\\#team")
    }

    @Test("A line without a program completes to nothing", arguments: [" x", "# x", "", "x", " ", "\t# "])
    func noProgram(line: String) throws {
        let bench = Bench()
        guard case .report(let report) = bench.interpreter.perform(["complete", "--", line], bench.settings) else {
            return #expect(Bool(false))
        }
        #expect(try report.text(in: .csv) == "word\n")
    }

    static let unfinished: [(PartedLine.Rules, String, words: [String], last: String?)] = [
        (.own, "user show ", ["user", "show"], nil), (.own, "user show 'a b", ["user", "show"], "a b"),
        (.own, #"user show "a\$b\""#, ["user", "show"], #"a\$b""#), (.own, "show ''", ["show"], ""), (.own, #"show a\"#, ["show"], "a"),
        (.bash, #"casella show "a\$b\"#, ["casella", "show"], "a$b"), (.bash, #"casella 'it'\''s"#, ["casella"], "it's"),
        (.fish, #"casella 'it\'s"#, ["casella"], "it's"), (.fish, #"casella 'a\b"#, ["casella"], #"a\b"#),
        (.fish, #"casella it\'s x"#, ["casella", "it's"], "x"), (.bash, #"casella 'a\' x"#, ["casella", #"a\"#], "x"),
        (.own, "show # it's", ["show"], nil),
    ]
    @Test("A line is parted that ends in the middle of a word, by the rules of its shell", arguments: unfinished)
    func parted(rules: PartedLine.Rules, line: String, words: [String], last: String?) {
        let parted = PartedLine(line, by: rules)
        #expect(parted.words == words && parted.last?.meaning == last)
    }

    static let forBash: [(line: String, replaced: String, candidate: String, expected: String?)] = [
        ("casella ten", "ten", "tenant", "tenant"), ("casella user show wren08@scr", "@scr", "wren08@scr.example", "@scr.example"),
        ("casella x --to=fi", "fi", "--to=finch", "finch"), ("casella x a@b,fi", "@b,fi", "a@b,finch@b", "@b,finch@b"),
        ("casella x yak", "yak", "yak'wren@x.example", #"yak\'wren@x.example"#), ("casella x yak", "yak", "yak`wren`", #"yak\`wren\`"#),
        (#"casella x yak\'w"#, #"yak\'w"#, "yak'wren", #"yak\'wren"#), (#"casella x yak\'w"#, "w", "yak'wren", "wren"),
        (#"casella x yak\"#, #"yak\"#, "yak'wren", #"yak\'wren"#), ("casella x 'yak", "yak", "yak'wren$", #"yak'\''wren$"#),
        (#"casella x 'yak'\''w"#, "w", "yak'wren", "wren"), (#"casella x "yak"#, "yak", "yak'$w`!", #"yak'\$w\`"'!'""#),
        (#"casella x "yak\$w"#, #"yak\$w"#, "yak$wren", #"yak\$wren"#), ("casella x 'a b'", "'a b'", "a b c#", "'a b'\\ c\\#"),
        ("casella x ANN", "ANN", "ann@acme.example", "ann@acme.example"), ("casella x 'AN'N", "N", "ann", nil),
        ("casella x 'ANN", "ANN", "ann'o", #"ann'\''o"#), ("casella x ", "", "{a,b}*?~", #"\{a,b\}\*\?\~"#),
        ("casella x yak", "yak", "yak`\u{301}w`\u{301}", "yak\\`\u{301}w\\`\u{301}"),
        ("casella x yak", "yak", "yak;\u{301}w", "yak\\;\u{301}w"),
        ("casella x 'yak", "yak", "yak'\u{301}&w", "yak'\\''\u{301}&w"), ("casella x \"yak", "yak", "yak\"\u{301}w", "yak\\\"\u{301}w"),
        ("casella x 'a'\u{301}b", "'a'\u{301}b", "a\u{301}b;", "'a'\u{301}b\\;"),
        ("casella x b\u{fc}", "b\u{fc}", "b\u{fc}&ro", "b\u{fc}\\&ro"), ("casella x yak", "other", "yak'wren", nil),
    ]
    @Test("For bash, what stands in the word's place is quoted, in the quotation that is open", arguments: forBash)
    func quoted(line: String, replaced: String, candidate: String, expected: String?) {
        let parted = PartedLine(line, by: .bash)
        #expect(CompletedWord(at: parted, by: .bash).completed(as: candidate, replacing: replaced) == expected)
    }

    static let asked = [
        (["--", "casella ten"], "tenant"), (["--rules", "bash", "--", "casella ten", "ten"], "tenant"),
        (["--rules", "bash", "--", "casella 'user' sho", ""], "w"), (["--rules", "fish", "--", "casella 'user' \"sho"], "show"),
        (["--rules", "bash", "--", "casella user show --da", "--da"], "--data"),
        (["--rules", "bash", "--", "casella vacation ", ""], "clear"), (["--", "'casella' 'user' 'sho'"], "show"),
    ]
    @Test("What the scripts ask is answered", arguments: asked)
    func scripts(words: [String], first: String) throws {
        let bench = Bench()
        guard case .report(let report) = bench.interpreter.perform(["complete"] + words, bench.settings) else {
            return #expect(Bool(false))
        }
        #expect(try report.text(in: .table).split(separator: "\n").first ?? "" == first)
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
