import Testing
import WebForms

@Suite("A page") struct HTMLTests {
    static let texts: [(String, String)] = [
        ("plain", "plain"), ("", ""), ("a & b", "a &amp; b"), ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\" onclick='x'", "&quot; onclick=&#39;x&#39;"), ("&amp;", "&amp;amp;"),
        ("\u{0}\u{1B}\u{7F}\u{85}", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("one\r\ntwo\t3", "one\r\ntwo\t3"), ("ä€\u{1F600}", "ä€\u{1F600}"), ("e\u{301}<\u{301}", "e\u{301}&lt;\u{301}"),
    ]
    @Test("Shows text as text", arguments: texts) func text(written: String, shown: String) {
        #expect(HTML.escaped(written) == shown)
        #expect(("<p title=\"\(written)\">\(written)</p>" as HTML).markup == "<p title=\"\(shown)\">\(shown)</p>")
    }

    @Test("Is made of pieces, which are not escaped again") func pieces() {
        let texts = ["a<b", "c&d"]
        let rows: [HTML] = texts.map { "<li>\($0)</li>" }
        let list: HTML = "<ul>\(rows)</ul>\(rows.count)\(Int64(-1))"
        #expect(list.markup == "<ul><li>a&lt;b</li><li>c&amp;d</li></ul>2-1")
    }

    @Test("Has no mark-up by whatever text") func anyText() {
        var random = Steps(seed: 1)
        let alphabet: [Unicode.Scalar] = ["<", ">", "&", "\"", "'", "a", ";", "#", "\u{0}", "\n", "\u{202E}", "€", "\u{10FFFF}"]
        for _ in 0..<2_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int(random.next() % 30) { text.append(alphabet[Int(random.next() % UInt64(alphabet.count))]) }
            let markup = HTML.escaped(String(text))
            #expect(!markup.unicodeScalars.contains { "<>\"'\u{0}".unicodeScalars.contains($0) })
            let back = markup.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
                .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
            #expect(Array(back.unicodeScalars) == text.map { $0 == "\u{0}" ? "\u{FFFD}" : $0 })
        }
    }
}

/// The same numbers at each run (splitmix64).
struct Steps {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
