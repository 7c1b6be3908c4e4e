import AdminAPI
import AdminShell
import Testing

/// What `?` is answered with.
struct PlaceHelpTests {
    private struct Names: NameSource {
        func names(_ kind: NameKind, prefix: String) -> [String] {
            switch kind {
            case .tenants: (1...25).map { "t\($0)" }.sorted()
            case .addresses: ["ann@acme.example", "bob@acme.example"]
            case .domains: ["acme.example"]
            default: []
            }
        }
        func names(_ kind: NameKind, of owner: String, prefix: String) -> [String] { owner == "acme.example" ? ["c2026r"] : [] }
    }

    private func text(_ line: String) -> String? {
        PartedLine(line).asked.flatMap { PlaceHelp(completer: Completer(source: Names())).text(after: $0) }
    }

    static let places: [(String, [String]?)] = [
        ("user create --quota ?", ["user", "create", "--quota"]), ("user create --quota=?", ["user", "create", "--quota"]),
        ("tenant ? list", ["tenant"]), ("?", []), ("  ?  ", []), ("tenant list", nil), ("vacation set a --subject '?'", nil),
        (#"vacation set a --subject \?"#, nil), ("vacation set a --subject Why?", nil), ("tenant list # ?", nil),
        ("user ? 'open", ["user"]),
    ]
    @Test("It stands by itself, anywhere, without quotes", arguments: places) func asked(line: String, words: [String]?) {
        #expect(PartedLine(line).asked == words)
    }

    @Test("Behind an option it tells that option, and what there is") func options() {
        #expect(
            text("user create ann@acme.example --quota ?") == """
                  --quota <size>          Storage, such as 10GB, or unlimited; as the plan says
                                          if left out.

                """)
        #expect(
            text("tenant list --format ?")
                == "  --format <format>       table (default), json or csv.\nThere are: csv, json, table\n")
        #expect(text("--format ? tenant list") == text("tenant list --format ?"))
        let tenants = text("user list --tenant ? --domain acme.example")
        #expect(tenants?.contains("--tenant <name>") == true && tenants?.contains("--domain") == false)
        #expect(tenants?.hasSuffix("t25, t3, t4 and 5 more\n") == true)
    }

    @Test("In the middle it tells what can stand there") func middle() {
        #expect(text("tenant ? list")?.contains("SUBCOMMANDS:") == true)
        #expect(text("tenant ? list") == text("tenant ?"))
        let help = text("group ? add g@acme.example")
        #expect(help?.contains("SUBCOMMANDS:") == true && help?.contains("--member") == false)
        let argument = text("app-password delete ? phone")
        #expect(argument?.contains("OVERVIEW: Revoke an app password") == true)
        #expect(argument?.hasSuffix("There are: ann@acme.example, bob@acme.example\n") == true)
    }

    @Test("Behind a value it tells the next argument, and the options that are left") func values() {
        let next = text("dkim delete acme.example ?")
        #expect(next?.hasPrefix("ARGUMENT:\n  <selector>              The key's selector.\nThere are: c2026r\n") == true)
        let left = text("user create --quota 2GB ?")
        #expect(left?.hasPrefix("ARGUMENT:\n  <address>               Address; its domain must exist.\n") == true)
        #expect(left?.contains("--messages <number>") == true && left?.contains("--quota <size>") == false)
        #expect(text("user create ann@acme.example ?")?.hasPrefix("All arguments are given.\n\nOPTIONS:\n") == true)
        #expect(text("user list --yes ?")?.contains("-y, --yes") == false && text("user list --yes ?")?.hasPrefix("OPTIONS:") == true)
    }

    @Test("Behind a command alone it is the command's help; behind none, and behind a wrong word, somebody else tells") func commands() {
        #expect(text("user create ?")?.contains("OVERVIEW: Create a user.") == true)
        #expect(text("use ?")?.contains("There are: t1, t10,") == true)
        #expect(text("?")?.contains("SUBCOMMANDS:") == true)
        #expect(text("usr list ?") == nil && text("user lisst ?") == nil)
    }

    static let expectations: [([String], LinePlace.Expected)] = [
        ([], .command), (["tenant"], .command), (["--format", "csv", "tenant"], .command), (["--format"], .value(option: "--format")),
        (["tenant", "list"], .argument(0)), (["user", "create", "--quota"], .value(option: "--quota")),
        (["user", "create", "--quota", "2GB"], .argument(0)), (["user", "create", "--quota=2GB"], .argument(0)),
        (["user", "create", "--generate", "a@b.example"], .argument(1)), (["apply", "-"], .argument(1)), (["user", "nix"], .nothing),
        (["nix"], .nothing), (["user", "--yes", "list"], .argument(0)),
    ]
    @Test("A place is known by what stands before it", arguments: expectations)
    func place(words: [String], expected: LinePlace.Expected) {
        #expect(LinePlace(after: words).expected == expected)
    }
}
