import SMTP
import Testing

@Suite("Addresses and paths") struct AddressTests {
    static let good: [(String, String)] = [
        ("Smith@bar.com", "Smith@bar.com"), ("a@B.Example", "a@b.example"), ("user+detail@b.example", "user+detail@b.example"),
        ("\"Joe\\,Smith\"@b.example", "\"Joe,Smith\"@b.example"), ("\"simple\"@b.example", "simple@b.example"),
        ("\"a b\"@b.example", "\"a b\"@b.example"), ("\"a\\\"b\"@b.example", "\"a\\\"b\"@b.example"),
        ("\"..\"@b.example", "\"..\"@b.example"),
        ("x@[123.255.37.2]", "x@[123.255.37.2]"), ("x@[IPv6:2001:DB8::1]", "x@[IPv6:2001:db8::1]"), ("x@[ipv6:::1]", "x@[IPv6:::1]"),
        ("x@[IPv6:::ffff:1.2.3.4]", "x@[IPv6:::ffff:1.2.3.4]"), ("x@[IPv6:1:2:3:4:5:6:7:8]", "x@[IPv6:1:2:3:4:5:6:7:8]"),
        ("x@[IPv6:1::]", "x@[IPv6:1::]"), ("x@localhost", "x@localhost"), ("jörg@münchen.example", "jörg@münchen.example"),
        ("!#$%&'*+-/=?^_`{|}~@b.example", "!#$%&'*+-/=?^_`{|}~@b.example"),
    ]

    @Test("An address is read, and written with the least quoting", arguments: good) func reads(text: String, written: String) throws {
        let address = try #require(EnvelopeAddress(text))
        #expect(address.description == written)
        #expect(EnvelopeAddress(written) == address)
    }

    static let bad = [
        "", "@", "a@", "@b.example", "a", "a@b..example", "a@.b", "a@b.", ".a@b", "a.@b", "a..b@c", "a b@c", "a@-b", "a@b-", "a@b_c",
        "a@b c",
        "\"a@b", "\"\"@b", "\"a\"b@c", "a@[1.2.3]", "a@[256.1.1.1]", "a@[1.2.3.4", "a@[IPv6:1:2:3]", "a@[IPv6:1::2::3]", "a@[IPv6:12345::]",
        "a@[IPv6:]", "a@[IPv6::]", "a@[IPv6:1:2:3:4:5:6:7::8]", "a@[tag:x]", "a(comment)@b", "a@b@c", "a,b@c", "\u{1}@b", "a@b>",
    ]

    @Test("What is no address is refused", arguments: bad) func refuses(text: String) { #expect(EnvelopeAddress(text) == nil) }

    @Test("Lengths of RFC 5321 §4.5.3.1 are kept") func lengths() {
        let local = String(repeating: "a", count: 64), label = String(repeating: "b", count: 63)
        #expect(EnvelopeAddress("\(local)@b.example") != nil)
        #expect(EnvelopeAddress("\(local)a@b.example") == nil)
        #expect(EnvelopeAddress("a@\(label).\(label).\(label).\(String(repeating: "b", count: 61))") != nil)
        #expect(EnvelopeAddress("a@\(label).\(label).\(label).\(label)a") == nil)
        #expect(EnvelopeAddress("a@\(label)b") == nil)
        #expect((try? SMTPCommand(parsing: "MAIL FROM:<\(local)@\(label).\(label).\(label)>".octets[...])) == nil)
    }

    @Test("Invalid UTF-8 is no address") func notText() { #expect(EnvelopeAddress(parsing: [0xFF, 0x40, 0x62]) == nil) }
}
