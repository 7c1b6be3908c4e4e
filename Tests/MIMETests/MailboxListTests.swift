import MIME
import Testing

struct MailboxListTests {
    private static func text(_ value: String) -> [String]? {
        MailboxList(parsing: Array(value.utf8))?.mailboxes.map {
            String(decoding: $0.localPart, as: UTF8.self) + "|" + String(decoding: $0.domain, as: UTF8.self)
        }
    }

    static let lists: [(String, [String]?)] = [
        // RFC 5322 appendix A.1.1, A.1.2, A.5
        ("John Doe <jdoe@machine.example>", ["jdoe|machine.example"]),
        (#""Joe Q. Public" <john.q.public@example.com>"#, ["john.q.public|example.com"]),
        ("Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>", ["mary|x.test", "jdoe|example.org", "one|y.test"]),
        (#""Giant; \"Big\" Box" <sysservices@example.net>"#, ["sysservices|example.net"]),
        (#"Pete(A nice \) chap) <pete(his account)@silly.test(his host)>"#, ["pete|silly.test"]),
        ("jdoe@test  (a comment)", ["jdoe|test"]), ("John Q. Public <a@b.example>", ["a|b.example"]),
        (#""a b\"c"@d.example"#, ["a b\"c|d.example"]), ("a@[192.0.2.1]", ["a|[192.0.2.1]"]),
        ("=?utf-8?Q?J=C3=B6rg?= <j@b.example>", ["j|b.example"]),
        ("Jörg <jörg@b.example>", ["jörg|b.example"]), ("<a@b.example>", ["a|b.example"]), ("\ta@b.example ", ["a|b.example"]),
        // What has more than one meaning, or none
        ("", nil), (" ", nil), (",", nil), ("a@b.example,", nil), (",a@b.example", nil), ("a", nil), ("a@", nil), ("@b.example", nil),
        ("<me@own.example@victim.example>", nil), ("me@own.example@victim.example", nil), ("me@own.example victim@x.example", nil),
        ("me@own.example <victim@x.example>", nil), ("victim@x.example <me@own.example>", nil),
        ("<me@own.example> <victim@x.example>", nil),
        ("<me@own.example>victim@x.example", nil), ("me@own.example>", nil), ("<me@own.example", nil), ("<<me@own.example>>", nil),
        ("me@own.example; victim@x.example", nil), ("Us: me@own.example, victim@x.example;", nil), ("<@x.example:me@own.example>", nil),
        ("me@own..example", nil), ("me@own.example.", nil), (".me@own.example", nil), ("me.@own.example", nil), ("me@own.example (", nil),
        ("me@own.example (a))", nil), (#""me@own.example"#, nil), (#"me\@own.example"#, nil), ("me@[192.0.2.1", nil),
        ("me@own[.example", nil),
        ("me\u{1}@own.example", nil), ("me@own.example\u{0}", nil), ("me@own.example\r", nil), ("(\n)me@own.example", nil),
        ("me@own.exa mple", nil),
    ]
    @Test("A list of mailboxes has one meaning or none", arguments: lists)
    func list(value: String, expected: [String]?) { #expect(Self.text(value) == expected) }

    @Test("No octet put anywhere into a list traps, and no prefix") func mutations() {
        let value = Array(#""A \" b" (c (d) \) ) <"x y"@[192.0.2.1]>, e.f@g.example (h)"#.utf8)
        #expect(MailboxList(parsing: value)?.mailboxes.count == 2)
        for position in value.indices {
            _ = MailboxList(parsing: Array(value[..<position]))
            for octet in UInt8.min...UInt8.max { _ = MailboxList(parsing: value[..<position] + [octet] + value[position...]) }
        }
    }
}
