import Testing
import WebForms

@Suite("A form that a browser sent") struct FormFieldsTests {
    private func read(_ text: String) -> FormFields? { FormFields(parsing: Array(text.utf8)) }

    static let forms: [(String, [String: [String]])] = [
        ("", [:]), ("a=1", ["a": ["1"]]), ("a=1&b=2", ["a": ["1"], "b": ["2"]]), ("a=1&a=2", ["a": ["1", "2"]]), ("a", ["a": [""]]),
        ("a=", ["a": [""]]), ("=x", ["": ["x"]]), ("a=b=c", ["a": ["b=c"]]), ("a=b+c%20d%2Be", ["a": ["b c d+e"]]),
        ("%61=%e4%bd%a0", ["a": ["\u{4F60}"]]), ("&&a=1&", ["a": ["1"]]), ("a=%26%3D", ["a": ["&="]]),
    ]
    @Test("Is read", arguments: forms) func right(text: String, values: [String: [String]]) throws {
        let form = try #require(read(text))
        for (name, expected) in values {
            #expect(form.all(name) == expected)
            #expect(form[name] == (expected.count == 1 ? expected[0] : nil))
        }
        #expect(form["missing"] == nil)
        #expect(form.all("missing") == [])
    }

    static let mistakes: [String] = [
        "a=%", "a=%4", "a=%g0", "a=%4g", "%=1", "a=%80", "a=%C3", "a=%ED%A0%80", "a=%C0%AF", "a=%00", "%00=a", "a=b c", "a=\u{E9}", "a=\n",
        "a=%F5%80%80%80", "a=1\r\n",
    ]
    @Test("Is refused when no browser writes it so", arguments: mistakes) func wrong(text: String) { #expect(read(text) == nil) }

    @Test("Has a bounded number of fields") func bounds() {
        let most = Array(repeating: "a=1", count: FormFields.limit).joined(separator: "&")
        #expect(read(most)?.all("a").count == FormFields.limit)
        #expect(read(most + "&a=1") == nil)
    }

    @Test("Ends lines as texts here do") func lines() {
        #expect(read("t=a%0D%0Ab%0D%0A%0D%0Ac%0Dd%0D")?.lines("t") == "a\nb\n\nc\rd\r")
        #expect(read("t=")?.lines("t") == "")
        #expect(read("")?.lines("t") == nil)
    }

    @Test("Can be anything, without harm; what is written as browsers do is read as it was") func anything() {
        var random = Steps(seed: 7)
        let alphabet = Array("%&=+0aF\u{0}".utf8) + [0x80, 0xC3, 0xBF, 0x0A]
        for _ in 0..<5_000 {
            let body = (0..<Int(random.next() % 40)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            _ = FormFields(parsing: body)
            let text = String(decoding: body, as: UTF8.self)
            guard !text.utf8.contains(0) else { continue }
            let written = text.utf8.map { octet in
                switch octet {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(UnicodeScalar(octet))
                case 0x20: "+"
                default: "%" + (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
                }
            }
            #expect(read("f=\(written.joined())")?["f"] == text)
        }
    }
}
