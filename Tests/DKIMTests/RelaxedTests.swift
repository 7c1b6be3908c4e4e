import TestSupport
import Testing

@testable import DKIM

@Suite("Relaxed forms") struct RelaxedTests {
    @Test("RFC 6376 §3.4.5, example 1") func example() {
        #expect(header("A", " X\r\n") == "a:X")
        #expect(header("B ".filter { $0 != " " }, " Y\t\r\n\tZ  \r\n") == "b:Y Z")
        #expect(body(" C \r\nD \t E\r\n\r\n\r\n") == " C\r\nD E\r\n")
    }

    static let forms: [(String, String)] = [
        ("", ""), ("\r\n", ""), ("\r\n\r\n", ""), (" \t\r\n", ""), (" ", ""), ("a", "a\r\n"), ("a \r\n", "a\r\n"),
        ("\r\n\r\na\r\n", "\r\n\r\na\r\n"), ("a\rb\n\r\n", "a\rb\n\r\n"), ("a\r", "a\r\r\n"), ("a \r\r\n", "a \r\r\n"),
        ("a\r\n  \r\n b", "a\r\n\r\n b\r\n"),
    ]
    @Test("Blanks at ends of lines and empty lines at the end go; the last line ends", arguments: forms)
    func endings(_ text: String, _ expected: String) {
        #expect(body(text) == expected)
    }

    @Test("Random bodies, cut anywhere, have one form; and that form is its own") func chunks() {
        var random = SeededNumbers(state: 6376)
        let alphabet = Array("\r\n\r\n \tab".utf8)
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 0..<60, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            var whole = RelaxedBody(), pieces = RelaxedBody()
            let expected = whole.feed(text) + whole.finish()
            var found: [UInt8] = [], rest = text[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...rest.count, using: &random)
                found += pieces.feed(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            found += pieces.finish()
            #expect(found == expected, "\(text)")
            var again = RelaxedBody()
            #expect(again.feed(expected) + again.finish() == expected, "\(text)")
        }
    }

    private func header(_ name: String, _ value: String) -> String {
        String(decoding: RelaxedHeader.field(Array(name.utf8), Array(value.utf8)), as: UTF8.self)
    }

    private func body(_ text: String) -> String {
        var body = RelaxedBody()
        return String(decoding: body.feed(text.utf8) + body.finish(), as: UTF8.self)
    }
}
