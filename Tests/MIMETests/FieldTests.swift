import MIME
import Testing

@Suite("Structured fields") struct FieldTests {
    static func show(_ address: EnvelopeAddress) -> String {
        [address.name, address.route, address.mailbox, address.host].map { text($0) ?? "-" }.joined(separator: "|")
    }

    /// RFC 5322, appendices A.1 and A.6.
    static let lists: [(String, [String])] = [
        ("John Doe <jdoe@machine.example>", ["John Doe|-|jdoe|machine.example"]),
        ("\"Joe Q. Public\" <john.q.public@example.com>", ["Joe Q. Public|-|john.q.public|example.com"]),
        (
            "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
            ["Mary Smith|-|mary|x.test", "-|-|jdoe|example.org", "Who?|-|one|y.test"]
        ),
        (
            "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
            ["-|-|boss|nil.test", "Giant; \"Big\" Box|-|sysservices|example.net"]
        ),
        (
            "A Group:Ed Jones <joe@where.test>,John <jdoe@one.test>;",
            ["-|-|A Group|-", "Ed Jones|-|joe|where.test", "John|-|jdoe|one.test", "-|-|-|-"]
        ),
        ("Undisclosed recipients:;", ["-|-|Undisclosed recipients|-", "-|-|-|-"]),
        ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", ["Pete|-|pete|silly.test"]),
        (
            "A Group(Some people) :Chris Jones <c@(Chris's host.)public.example>, joe@example.org, "
                + "John <jdoe@one.test> (my dear friend); (the end of the group)",
            ["-|-|A Group|-", "Chris Jones|-|c|public.example", "-|-|joe|example.org", "John|-|jdoe|one.test", "-|-|-|-"]
        ),
        ("Joe Q. Public <john.q.public@example.com>", ["Joe Q. Public|-|john.q.public|example.com"]),
        (
            "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
            ["Mary Smith|@node.test|mary|example.net", "-|-|jdoe|test.example"]
        ),
        ("jdoe@example.org (John Doe)", ["John Doe|-|jdoe|example.org"]), ("<@a,@b:c@d>", ["-|@a,@b|c|d"]),
        ("\"two words\"@example.org", ["-|-|two words|example.org"]), ("a@[192.0.2.1]", ["-|-|a|[192.0.2.1]"]),
        ("Jürgen <jürgen@exämple.org>", ["Jürgen|-|jürgen|exämple.org"]), ("", []), (",,;", []),
        ("nobody", ["-|-|nobody|MISSING_DOMAIN"]), ("<>", ["-|-|MISSING_MAILBOX|MISSING_DOMAIN"]),
    ]
    @Test("Address lists", arguments: lists) func addressList(source: String, expected: [String]) {
        #expect(AddressList.parse(bytes(source)).map(Self.show) == expected)
    }

    static let dates: [(String, Int64?)] = [
        ("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706), ("Tue, 1 Jul 2003 10:52:37 +0200", 1_057_049_557),
        ("Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)", -27_723_480),
        ("21 Nov 97 09:55:06 GMT", 880_106_106), ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880_127_706),
        ("1 Jan 70 00:00 EST", 18_000), ("1 Jan 100 00:00:00 +0000", 946_684_800), ("29 Feb 2023 00:00:00 +0000", nil), ("", nil),
        ("1 Jan 1970 24:00:00 +0000", nil), ("Mon", nil), ("1 Jan 1970 00:00:00 Q", 0), ("31 Dec 9999 23:59:60 +0000", 253_402_300_800),
    ]
    @Test("Dates, obsolete forms too (RFC 5322 §3.3, §4.3)", arguments: dates) func date(source: String, seconds: Int64?) {
        #expect(DateTime(parsing: HeaderField.unfold(bytes(source)))?.secondsSince1970 == seconds)
    }

    @Test("A date is written as it is read") func dateFormat() {
        let source = "Fri, 21 Nov 1997 09:55:06 -0600"
        #expect(text(DateTime(parsing: bytes(source))?.formatted) == source)
        #expect(text(DateTime(secondsSince1970: -1, zoneIsUnknown: true).formatted) == "Wed, 31 Dec 1969 23:59:59 -0000")
        for day in stride(from: Int64(-719_528), through: 2_932_896, by: 97) { #expect(CivilDate(daysSince1970: day).daysSince1970 == day) }
    }

    @Test("Content-Type with comments, quotes, and names of RFC 2231") func contentType() {
        let type = ContentType(
            parsing: bytes("text/plain; charset=us-ascii (Plain text); title*0*=us-ascii'en'This%20; name=\"a \\\"b\\\"; c\"; x = y"))
        #expect(type?.parameter("CHARSET").flatMap(text) == "us-ascii")
        #expect(type?.parameter("title*0*").flatMap(text) == "us-ascii'en'This%20")
        #expect(type?.parameter("name").flatMap(text) == "a \"b\"; c")
        #expect(type?.parameter("x").flatMap(text) == "y")
        #expect(ContentType(parsing: bytes("text")) == nil)
        #expect(ContentType(parsing: bytes("multipart/mixed; boundary=a=_b/c")).flatMap { text($0.parameter("boundary")) } == "a=_b/c")
    }

    @Test("Identifiers of References") func references() {
        #expect(MessageID.list(parsing: bytes("<a@b> (x <no@no>) junk <c@ d>\t<e@f")).map { text($0) } == ["<a@b>", "<c@d>"])
    }
}
