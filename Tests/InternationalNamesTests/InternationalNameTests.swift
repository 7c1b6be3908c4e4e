import InternationalNames
import Testing

@Suite("Domain names in ASCII and in Unicode") struct InternationalNameTests {
    static let pairs = [
        ("b\u{fc}cher.example", "xn--bcher-kva.example"), ("stra\u{df}e.example", "xn--strae-oqa.example"),
        ("\u{440}\u{444}", "xn--p1ai"), ("b\u{fc}cher.\u{440}\u{444}", "xn--bcher-kva.xn--p1ai"),
        ("mail.b\u{fc}cher.example", "mail.xn--bcher-kva.example"), ("\u{3c3}\u{3b1}\u{3c2}.example", "xn--mxa8ab.example"),
    ]
    @Test("Each spelling leads to the other", arguments: pairs) func both(unicode: String, ascii: String) {
        #expect(InternationalName.ascii(unicode) == ascii)
        #expect(InternationalName.unicode(ascii) == Array(unicode.utf8))
        #expect(InternationalName.unicode(ascii.uppercased()) == Array(unicode.utf8))
    }

    @Test("ASCII is what it is, in lower case") func plain() {
        for name in ["acme.example", "xn--bcher-kva.example", "xn--nonsense-.example", "", "a..b", "under_score.example"] {
            #expect(InternationalName.ascii(name.uppercased()) == name)
        }
        #expect(InternationalName.ascii("B\u{fc}CHER.Example") == "xn--bcher-kva.example", "capitals of ASCII are no other letters")
        #expect(InternationalName.ascii("b\u{fc}cher.XN--P1AI") == "xn--bcher-kva.xn--p1ai")
    }

    /// Capitals, another normal form, the Kelvin sign, a wide letter, other dots, joiners that join nothing, signs, mixed directions.
    static let none = [
        "B\u{dc}CHER.example", "bu\u{308}cher.example", "\u{212a}acme.example", "\u{ff41}cme.example", "acme\u{3002}example",
        "b\u{fc}cher\u{ff0e}example", "ac\u{200d}me.example", "i\u{2764}.example", "1\u{5d0}.example", "\u{fc} b.example",
        "\u{fc}@b.example", "\u{fc}_.example", "b\u{fc}cher.xn--nonsense-.example", "b\u{fc}cher.example\u{0}.evil", "\u{0}\u{fc}",
        "ab--\u{fc}.example", String(repeating: "\u{fc}", count: 80) + ".example",
        String(repeating: "\u{fc}.", count: 130) + "example",
    ]
    @Test("What could be registered by nobody has no ASCII, and so is no hosted name", arguments: none) func refused(name: String) {
        #expect(InternationalName.ascii(name) == nil)
    }

    static let unspoken = [
        "acme.example", "xn--acme-.example", "xn--i-7iq.example", "xn--bCHER-sua.example", "xn--.example", "xn--zz--zzz.example", "", ".",
        "xn--bcher-kva.example\u{0}x",
    ]
    @Test("A name that was not made from Unicode has no spelling in it", arguments: unspoken) func ascii(name: String) {
        #expect(InternationalName.unicode(name) == nil)
    }

    @Test("Letters of different scripts are different names, however alike they look") func alike() {
        let cyrillic = "\u{430}\u{441}me.example"
        #expect(InternationalName.ascii(cyrillic)?.hasPrefix("xn--me-") == true)
        #expect(InternationalName.ascii("\u{3c3}\u{3b1}\u{3c3}.example") != InternationalName.ascii("\u{3c3}\u{3b1}\u{3c2}.example"))
    }
}
