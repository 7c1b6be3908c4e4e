import AdminAPI
import AdminShell
import FoundationEssentials
import Quantities
import Testing

struct OutputTests {
    static let cells: [(String, String)] = [
        ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-x", "'-x"), ("@acme.example", "'@acme.example"), ("\t=1", "'\t=1"), ("\r=1", "\"'\r=1\""),
        ("-12", "-12"), ("+4.5", "+4.5"), ("-", "'-"), ("a=b", "a=b"), ("", ""), ("-1+2", "'-1+2"),
    ]
    @Test("No text of a table is a formula in a spreadsheet", arguments: cells) func formula(text: String, written: String) {
        #expect(Table(["a"], [[.text(text)]]).csv == "a\n\(written)\n")
    }

    @Test("CSV quotes what needs it (RFC 4180)") func csv() {
        let table = Table(
            ["a", "b"],
            [[.text("x,y"), .text("say \"hi\"")], [.text("two\nlines"), .text("cr\rhere")], [.text("plain"), .text("")]])
        #expect(table.csv == "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"cr\rhere\"\nplain,\n")
    }

    @Test("A foreign text cannot steer the terminal or break the table") func controls() {
        let table = Table(["reply"], [[.text("550 \u{1B}[2Jno\r\nsuch\u{202E} user")]])
        #expect(table.aligned == "REPLY\n550 ?[2Jno  such? user\n")
    }

    static let columns: [(String, Int)] = [
        ("acme", 4), ("mü", 2), ("mu\u{308}", 2), ("会社", 4), ("한국", 4), ("ｗｉｄｅ", 8), ("📮", 2), ("👩‍💻", 2), ("❤\u{FE0F}", 2), ("a\u{200B}b", 2),
    ]
    @Test("A text takes the columns that a terminal gives it", arguments: columns) func wide(text: String, columns: Int) {
        #expect(text.columns == columns)
        #expect(Table(["a", "b"], [[.text(text), .text("x")], [.text("12345678"), .text("y")]]).aligned
            .split(separator: "\n").dropFirst().first.map { $0.dropLast().columns } == 10)
    }

    @Test("A line that is cut ends before what has no room") func cut() {
        #expect("a会社".cut(toColumns: 4) == "a会" && "会社".cut(toColumns: 4) == "会社" && "abc".cut(toColumns: 0).isEmpty)
    }

    @Test("Unlimited is a word for people, nothing for programs") func unlimited() {
        let table = Table(
            ["quota", "n", "at"],
            [[.sizeLimit(nil), .numberLimit(nil), .time(nil)], [.sizeLimit(ByteCount(1500)), .numberLimit(2), .time(nil)]])
        #expect(table.csv == "quota,n,at\n,,\n1500,2,\n")
        #expect(table.aligned == "    QUOTA          N  AT\nunlimited  unlimited  -\n   1.5 KB          2  -\n")
    }

    @Test("On a terminal headers and verdicts are set off, and the columns stay where they are") func styled() {
        let rows: [[Table.Cell]] = [
            [.text("a"), .styled("refuses", .bad), .number(1)], [.text("bcd"), .styled("ok", .good), .number(20)],
        ]
        let table = Table(["rule", "verdict", "n"], rows)
        let styled = table.aligned(isStyled: true)
        #expect(styled.contains("\u{1B}[31mrefuses\u{1B}[0m") && styled.contains("\u{1B}[1mRULE\u{1B}[0m"))
        #expect(styled.replacing(/\u{1B}\[[0-9]*m/, with: "") == table.aligned)
    }

    @Test("One object is shown a fact a line") func facts() {
        #expect(Table(["name", "used size"], [[.text("acme"), .size(ByteCount(1000))]]).facts == "name:       acme\nused size:  1 KB\n")
    }

    @Test("The records of a domain name its host, and its ports") func dns() throws {
        let records = try DomainRecords.needed(
            by: DomainName("acme.example"), host: "mail.host.example", ports: ["imaps": 10993], webPort: 10443, policyID: "1f",
            keyDigest: "00ff")
        #expect(
            records.map { "\($0.name) \($0.type) \($0.value)" } == [
                "acme.example. MX 10 mail.host.example.", "acme.example. TXT \"v=spf1 mx -all\"",
                "_dmarc.acme.example. TXT \"v=DMARC1; p=none; rua=mailto:postmaster@acme.example\"",
                "_smtp._tls.acme.example. TXT \"v=TLSRPTv1; rua=mailto:postmaster@acme.example\"",
                "_mta-sts.acme.example. TXT \"v=STSv1; id=1f;\"", "mta-sts.acme.example. CNAME mail.host.example.",
                "_imaps._tcp.acme.example. SRV 0 1 10993 mail.host.example.", "autoconfig.acme.example. CNAME mail.host.example.",
                "autodiscover.acme.example. CNAME mail.host.example.", "_autodiscover._tcp.acme.example. SRV 0 1 10443 mail.host.example.",
                "_25._tcp.mail.host.example. TLSA 3 1 1 00ff",
            ])
        #expect(records[0].zoneLine == "acme.example. 3600 IN MX 10 mail.host.example.")
        #expect(DomainRecords.ports(of: [.init(service: "imap", address: "[::1]:143"), .init(service: "x", address: "?")]) == ["imap": 143])
    }

    static let directories: [(String?, String?, String, String)] = [
        ("/data", "/env", "/home/ann", "/data"), ("data/", nil, "/home/ann", "/home/ann/data"), (nil, "/env", "/home/ann", "/env"),
        (nil, nil, "/home/ann/casella/Sources", "/home/ann/casella/.casella"), (nil, "", "/srv", "/var/lib/casella"),
        (nil, nil, "/", "/var/lib/casella"),
    ]
    @Test("The data directory is the option's, the environment's, the nearest, or the installed one", arguments: directories)
    func dataDirectory(option: String?, environment: String?, folder: String, expected: String) {
        let resolved = DataDirectory.resolve(option: option, environment: environment, workingDirectory: folder) {
            $0 == "/home/ann/casella/.casella"
        }
        #expect(resolved == expected)
    }

    @Test("A missing socket says that Casella is not running, and what to do") func notRunning() {
        let error = #expect(throws: AdminError.self) {
            try AdminClient(transport: UnixSocketTransport(dataDirectory: "/nowhere/at/all")).call(Calls.status)
        }
        #expect(error?.code == .unavailable)
        #expect(error?.message == "Casella is not running for data directory /nowhere/at/all; start it with ./ops/up")
    }

    static let misused = ["--format json --data", "tenant list --format json --server", "--format=json tenant list --server a:b:c"]
    @Test("Who asks for JSON gets errors in JSON, whatever is wrong with the line", arguments: misused) func misuse(line: String) throws {
        let bench = Bench()
        #expect(try bench.run(line) != 0)
        #expect(throws: Never.self) { try JSONDecoder().decode(ErrorBody.self, from: Data(bench.console.errors.utf8)) }
        #expect(GlobalArguments.format(in: ["a", "--format", "json", "--", "--format=csv"]) == .json)
        #expect(GlobalArguments.format(in: ["--", "--format=csv"]) == nil && GlobalArguments.format(in: ["--format"]) == nil)
    }
}
