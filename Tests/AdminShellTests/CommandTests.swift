import AdminAPI
import AdminShell
import Testing

struct CommandTests {
    @Test("A table has headers, quantities to the right, sizes for people") func table() throws {
        let bench = Bench()
        #expect(try bench.run("tenant list") == 0)
        #expect(
            bench.console.output == """
                TENANT  PLAN     STATE   DOMAINS  USERS     USED  QUOTA  MESSAGES  MESSAGE QUOTA  KEPT  CREATED
                acme    default  active        1      2  1.5 KiB  10 GB         3      unlimited  5 KB  2026-05-04 03:02:01Z

                """)
    }

    @Test("Global options stand anywhere", arguments: ["--format csv tenant list", "tenant --format=csv list", "tenant list --format csv"])
    func globalOptions(line: String) throws {
        let bench = Bench()
        try bench.run(line)
        #expect(
            bench.console.output == """
                tenant,plan,state,domains,users,used,quota,messages,message_quota,kept,created
                acme,default,active,1,2,1536,10000000000,3,,5000,2026-05-04T03:02:01Z

                """)
    }

    @Test("JSON is one value, and nothing else is on standard output") func json() throws {
        let bench = Bench()
        try bench.run("tenant create acme --quota 10GB --format json")
        #expect(bench.console.output.hasPrefix("{\n") && bench.console.output.hasSuffix("}\n"))
        #expect(bench.console.errors.isEmpty)
        #expect(bench.transport.made.first?.hasPrefix("POST /tenants {") == true)
        #expect(bench.transport.made.first?.contains(#""bytes":10000000000"#) == true)
    }

    static let refusals: [(String, Int32, String)] = [
        ("tenant suspend acme", 76, "suspended already"), ("tenant create Bad!", 64, "Bad!"), ("tenant create", 64, "Missing"),
        ("tenat list", 64, "Did you mean \"tenant\"?"), ("user creat a@b.example", 64, "Did you mean \"user create\"?"),
        ("user frobnicate", 64, "create, import, list"), ("tenant show nix", 69, "nothing prepared"),
        ("worker list", 70, "could not be understood"),
        ("status", 70, "HTTP status 500"), ("quota set acme", 64, "--bytes"), ("quota set acme --bytes 1XB", 64, "500MB"),
        ("tenant list --format xml", 64, "xml"), ("tenant list --frob", 64, "--frob"), ("tenant list --data", 64, "needs a value"),
        ("user create a@acme.example --generate --password-stdin", 64, "exclude"), ("help tenat", 64, "Did you mean"),
        ("app-password create ann@acme.example --name x --service web", 64, "No app password opens the web"),
        ("app-password create ann@acme.example --name x --service imap --service webmail", 64, "imap, pop3 or submission"),
        ("self app-password ann@acme.example --name x --service web", 64, "No app password opens the web"),
        ("explain login ann@acme.example --protocol webmail", 64, "webmail"),
        ("plan set gold --protocols imap,webmail", 64, "a list of imap, pop3, submission, web"),
        ("plan set gold --protocols ''", 64, "a list of imap"), ("plan set gold --protocols imap,,x", 64, "a list of imap"),
        ("user create -hans@acme.example --no-password", 64, "behind --"), ("user create -h@acme.example", 64, "\"-h@acme.example\""),
        ("audit list --count -5", 64, "behind ="), ("-v", 64, "\"-v\""),
        ("alias create i@acme.example --to nobody", 65, "has no @"),
        ("group add g@acme.example --member ann@acme.example,nobody", 65, "has no @"),
        ("plan show", 64, "Give the name of a plan"), ("plan show gold --for acme", 64, "Give the name of a plan"),
        ("plan show --for nobody@", 64, "nobody@"),
        ("vacation set ann@acme.example --subject Away", 65, "needs one text"),
        ("vacation set ann@acme.example --subject Away --text x --days 31", 65, "1 to 30 days"),
        ("forward set ann@acme.example --to nobody", 65, "has no @"), ("forward set ann@acme.example", 64, "--to"),
        ("forward set ann@acme.example --to ,", 65, "would go nowhere"),
    ]
    @Test("What goes wrong is said on standard error, with a status by kind", arguments: refusals)
    func refused(line: String, status: Int32, words: String) throws {
        let bench = Bench()
        #expect(try bench.run(line) == status)
        #expect(bench.console.errors.contains(words), "\(bench.console.errors)")
        #expect(bench.console.output.isEmpty)
    }

    @Test("What was copied for others to read is said with its folders") func heldCopies() throws {
        let bench = Bench()
        #expect(try bench.run("hold copy ann@acme.example --to desk@acme.example --since 2026-05-01 --before 2026-06-01") == 0)
        let made = try #require(bench.transport.made.first)
        #expect(made.hasPrefix("POST /holds/ann%40acme.example/copy {"))
        for part in [#""to":"desk@acme.example""#, #""since":"2026-05-01""#, #""before":"2026-06-01""#, #""all":false"#] {
            #expect(made.contains(part), "\(made)")
        }
        #expect(
            bench.console.output == "Copied 3 messages (3.5 KB) of ann@acme.example, which members of desk@acme.example find in "
                + "Shared/desk@acme.example/ann@acme.example 2026-05-04T03:02:01Z and "
                + "Shared/desk@acme.example/ann@acme.example (deleted 2026-04-01T00:00:00Z) 2026-05-04T03:02:01Z.\n")
        #expect(try bench.run("hold copy ann@acme.example --to desk@acme.example --all --dry-run --format csv") == 0)
        #expect(bench.transport.made.last?.contains(#""all":true"#) == true)
        #expect(
            bench.console.output.hasSuffix(
                "\ndesk@acme.example,ann@acme.example (deleted 2026-04-01T00:00:00Z) 2026-05-04T03:02:01Z,1,500\n"))
    }

    static let badCopies: [(String, Int32, String)] = [
        ("hold copy ann@acme.example", 64, "--to"), ("hold copy acme.example --to desk@acme.example", 64, "@"),
        ("hold copy ann@acme.example --to desk@acme.example --since yesterday", 64, "is not a day"),
        ("hold copy ann@acme.example --to desk@acme.example --since 2026-05-02 --before 2026-05-02", 65, "no day from 2026-05-02 on"),
        ("hold copy bob@acme.example --to desk@acme.example", 76, "no room for 2 messages"),
    ]
    @Test("Copies that cannot be are not asked for, or say why", arguments: badCopies)
    func refusedCopies(line: String, status: Int32, words: String) throws {
        let bench = Bench()
        #expect(try bench.run(line) == status)
        #expect(bench.console.errors.contains(words), "\(bench.console.errors)")
        #expect(bench.console.output.isEmpty && bench.transport.made.count == (status == 76 ? 1 : 0))
    }

    @Test("A quota check that finds something shows it and ends with 2; after a repair with 0") func quotaCheck() throws {
        let bench = Bench()
        #expect(try bench.run("quota check") == 2)
        #expect(
            bench.console.output == """
            LEVEL  NAME              TENANT  COUNTED  RECOUNTED  DIFFERENCE  MESSAGES COUNTED  MESSAGES RECOUNTED  MESSAGES DIFFERENCE
            user   ann@acme.example  acme       1 KB       3 KB       -2 KB                 3                   4                   -1
            Of the counters of 1 tenant, 1 domain and 2 users one differs from what is stored; `quota check --repair` sets it right.

            """)
        #expect(try bench.run("quota check --format csv") == 2)
        #expect(bench.console.output.hasSuffix("\nuser,ann@acme.example,acme,1000,3000,-2000,3,4,-1\n"))
        #expect(try bench.run("quota check --repair") == 0)
        #expect(bench.console.output.hasSuffix("one differed from what is stored and was set right.\n"))
        #expect(try bench.run("quota check acme") == 0)
        #expect(bench.console.output.hasSuffix("The counters of 1 tenant, 1 domain and 2 users agree with what is stored.\n"))
        #expect(try bench.run("quota check acme --all --repair") == 64)
        #expect(
            bench.transport.made == ["GET /quota-checks", "GET /quota-checks", "POST /quota-checks {}", "GET /quota-checks?target=acme"])
    }

    static let renames: [(String, [String], String)] = [
        (
            "user rename ann@acme.example Anna@acme.example --keep-alias",
            ["POST /users/ann%40acme.example/rename ", #""address":"anna@acme.example""#, #""keepAlias":true"#],
            "ann@acme.example is an alias of it."
        ),
        (
            "domain rename old.example acme.example",
            ["POST /domains/old.example/rename ", #""name":"acme.example""#, #""keepAlias":false"#], "old.example is now acme.example."
        ),
        (
            "domain alias also.example --of acme.example",
            ["POST /domain-aliases ", #""name":"also.example""#, #""domain":"acme.example""#], "alias of the domain acme.example."
        ),
        ("domain unalias also.example", ["DELETE /domain-aliases/also.example"], "also.example is an alias no longer."),
    ]
    @Test("What gets another name is named with both", arguments: renames)
    func rename(line: String, request: [String], words: String) throws {
        let bench = Bench()
        #expect(try bench.run(line) == 0)
        let made = try #require(bench.transport.made.first)
        #expect(bench.transport.made.count == 1 && request.allSatisfy { made.contains($0) }, "\(made)")
        #expect(bench.console.output.contains(words), "\(bench.console.output)")
    }

    @Test("A policy on TLS is told with its record, and with what is in its way") func policy() throws {
        let bench = Bench()
        #expect(try bench.run("domain mta-sts acme.example --mode enforce") == 0)
        #expect(bench.transport.made == [#"PUT /domains/acme.example/mta-sts {"mode":"enforce"}"#])
        #expect(
            bench.console.output == """
                The MTA-STS policy of acme.example has the mode enforce.
                Publish: _mta-sts.acme.example. TXT "v=STSv1; id=00ff;"
                ! There is no certificate for mta-sts.acme.example.

                """)
        #expect(try bench.run("domain mta-sts acme.example --mode sometimes") == 64)
    }

    @Test("Help is for any command", arguments: ["help", "help user create", "user create --help", "user", "--help", "help help"])
    func help(line: String) throws {
        let bench = Bench()
        #expect(try bench.run(line) == 0)
        #expect(bench.console.output.contains("USAGE:"))
    }

    @Test("A generated password is shown once") func generated() throws {
        let bench = Bench()
        #expect(try bench.run("user create ann@acme.example --generate") == 0)
        #expect(bench.console.output.contains("Password: made-for-you\n"))
    }

    @Test("Locked logins are listed with what is refused, and all that is counted on demand") func logins() throws {
        let bench = Bench()
        try bench.run("login list")
        #expect(bench.console.output.contains("logins from networks that never logged in to this account"))
        #expect(!bench.console.output.contains("192.0.2.1"))
        try bench.run("login list --all")
        #expect(bench.console.output.contains("any               192.0.2.1"))
        #expect(bench.console.output.contains("nothing yet"))
    }

    @Test("A network is unlocked by its name") func unlock() throws {
        let bench = Bench()
        #expect(try bench.run("login unlock 192.0.2.0/24") == 0)
        #expect(bench.console.output == "Logins of 192.0.2.0/24 are tried again.\n")
    }

    @Test("A claim says what to publish; proved, it is a domain") func claims() throws {
        let bench = Bench()
        #expect(try bench.run("domain claim new.example") == 0)
        let record = #"_casella-challenge.new.example. TXT "casella-domain-verification=0123456789abcdef0123456789abcdef""#
        #expect(bench.console.output.contains("\n\(record)\n"))
        #expect(try bench.run("domain claims --format csv") == 0)
        #expect(bench.console.output.contains("\nnew.example,acme,open,_casella-challenge.new.example.,TXT,"))
        #expect(try bench.run("domain verify new.example") == 0)
        #expect(bench.console.output.contains("new.example is a domain of tenant acme now."))
        #expect(try bench.run("domain list --format csv") == 0)
        #expect(bench.console.output.contains("\nnew.example,acme,,DNS,0,"))
        #expect(try bench.run("domain unclaim new.example --tenant acme") == 0)
        #expect(bench.transport.made.first == #"POST /claims {"name":"new.example"}"#)
    }

    @Test("A filter goes into the query, an empty list is a sentence") func filter() throws {
        let bench = Bench()
        #expect(try bench.run("user list --tenant acme") == 0)
        #expect(bench.console.output == "There are no users.\n")
    }

    @Test("Every command has an abstract, and its own verb under its noun") func declarations() {
        for noun in CommandTree.subcommands(of: Casella.self) {
            #expect(!noun.configuration.abstract.isEmpty)
            let verbs = CommandTree.names(under: noun)
            #expect(Set(verbs).count == verbs.count && !verbs.contains(""))
        }
    }
}
