import AdminAPI
import Testing

struct NameTests {
    static let tenants: [(String, String?)] = [
        ("acme", "acme"), ("Acme", "acme"), ("a", "a"), ("blue-sky2", "blue-sky2"),
        (String(repeating: "a", count: 63), String(repeating: "a", count: 63)),
        ("", nil), ("-a", nil), ("a-", nil), ("a.b", nil), ("a b", nil), ("a@b", nil), ("é", nil), ("../x", nil),
        (String(repeating: "a", count: 64), nil),
    ]
    @Test("A tenant's name is letters, digits and hyphens", arguments: tenants)
    func tenant(text: String, canonical: String?) { #expect((try? TenantName(text))?.text == canonical) }

    static let domains: [(String, String?)] = [
        ("acme.example", "acme.example"), ("ACME.Example.", "acme.example"), ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("a.b.c.d", "a.b.c.d"), ("1.example", "1.example"),
        ("", nil), ("acme", nil), (".", nil), ("a..b", nil), (".a.b", nil), ("a.b..", nil), ("-a.b", nil), ("a-.b", nil), ("a_b.c", nil),
        ("bücher.example", nil), ("192.0.2.1", nil), (String(repeating: "a", count: 64) + ".b", nil), ("a.b\r\nX", nil),
        (String(repeating: "abcdefghi.", count: 26) + "b", nil),
    ]
    @Test("A domain has two labels at least, of ASCII letters, digits and hyphens", arguments: domains)
    func domain(text: String, canonical: String?) { #expect((try? DomainName(text))?.text == canonical) }

    static let addresses: [(String, String?)] = [
        ("ann@acme.example", "ann@acme.example"), ("Ann.B+c@ACME.example", "ann.b+c@acme.example"), ("o'neill@a.b", "o'neill@a.b"),
        ("", nil), ("ann", nil), ("@a.b", nil), ("ann@", nil), (".a@b.c", nil), ("a.@b.c", nil), ("a..b@c.d", nil), ("a b@c.d", nil),
        ("\"a b\"@c.d", nil), ("a@b@c.d", nil), ("<a@b.c>", nil), ("ä@b.c", "ä@b.c"), ("Jürgen@b.c", "jürgen@b.c"), ("a\u{202E}b@c.d", nil),
        ("a\u{A0}b@c.d", nil), ("a\u{85}b@c.d", nil), ("a\r\n@b.c", nil),
        (String(repeating: "a", count: 65) + "@b.c", nil),
    ]
    @Test("An address is a dot-string, an @ and a domain", arguments: addresses)
    func address(text: String, canonical: String?) { #expect((try? EmailAddress(text))?.text == canonical) }

    static let logins: [(String, String?)] = [
        ("Ann@ACME.example.", "ann@acme.example"), ("Ann@bücher.Example", "ann@bücher.Example"), ("ä@bücher.example", "ä@bücher.example"),
        ("ann@b\u{202E}ü.example", nil), ("ann@bü cher.example", nil), ("ann@bü\u{0}.example", nil), ("@bücher.example", nil),
        ("a..b@bücher.example", nil), ("ann", nil), ("", nil), ("ann@acme", nil), ("ann@" + String(repeating: "ü", count: 128), nil),
        (String(repeating: "a", count: 65) + "@bücher.example", nil),
    ]
    @Test("The name of a login is an address, whose domain may be in Unicode", arguments: logins)
    func login(text: String, canonical: String?) {
        let name = try? LoginName(text)
        #expect(name?.text == canonical)
        #expect(name.flatMap { try? LoginName($0.text) } == name)
    }

    @Test("An alias's target keeps the case of its local part") func target() throws {
        #expect(try TargetAddress("Ann@Else.Example").text == "Ann@else.example")
    }

    @Test("Addresses that only look the same are different ones, in any order and in sets") func spelling() throws {
        let composed = "jos\u{E9}@acme.example", decomposed = "jose\u{301}@acme.example"
        #expect(composed == decomposed)  // to Swift
        #expect(try EmailAddress(composed) != EmailAddress(decomposed) && EmailAddress(composed) == EmailAddress("JOS\u{E9}@acme.example"))
        #expect(try TargetAddress(composed) != TargetAddress(decomposed) && AliasAddress(composed) != AliasAddress(decomposed))
        #expect(try LoginName(composed) != LoginName(decomposed))
        #expect(try Set([EmailAddress(composed), EmailAddress(decomposed), EmailAddress(composed)]).count == 2)
        #expect(try EmailAddress(decomposed) < EmailAddress(composed) && !(EmailAddress(composed) < EmailAddress(decomposed)))
        #expect(try GroupSettings(members: [TargetAddress(composed), TargetAddress(decomposed)]).members.count == 2)
        let both = try DesiredTenant(
            name: TenantName("acme"),
            users: [DesiredUser(address: EmailAddress(composed)), DesiredUser(address: EmailAddress(decomposed))])
        #expect(try TenantState.acme().reaching(both, prune: false).users.count == 3)
    }

    @Test("An alias may be a catch-all") func catchAll() throws {
        let alias = try AliasAddress("@Acme.example")
        #expect(alias.isCatchAll && alias.text == "@acme.example")
        #expect(try !AliasAddress("Info@acme.example").isCatchAll)
        #expect(throws: AdminError.self) { try AliasAddress("@") }
    }

    @Test("A quota's target is told by its text") func quotaTarget() throws {
        #expect(try QuotaTarget("acme").level == .tenant)
        #expect(try QuotaTarget("acme.example").level == .domain)
        #expect(try QuotaTarget("ann@acme.example").level == .user)
    }

    @Test("A refusal says what was typed without its control characters") func refusal() {
        let error = #expect(throws: AdminError.self) { try TenantName("a\u{1B}[31m") }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains("\"a?[31m\"") == true)
        #expect(error?.hint != nil)
    }

    @Test("A worker's name is a kind or a tenant's") func worker() throws {
        #expect(try WorkerName("tenant:acme") == .tenant(TenantName("acme")))
        #expect(try WorkerName("gateway").text == "gateway")
        #expect(throws: AdminError.self) { try WorkerName("acme") }
    }

    @Test("A queue number is a positive integer", arguments: ["0", "-1", "", "1a", "99999999999999999999"])
    func queueNumber(text: String) { #expect(throws: AdminError.self) { try QueueID(text) } }
}
