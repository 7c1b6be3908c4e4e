import IMAP
import Testing

@Suite("Commands are framed from octets") struct CommandReaderTests {
    func text(_ text: String, _ literals: [String] = []) -> CommandReader.Outcome {
        .command(CommandText(text: Array(text.utf8), literals: literals.map { Array($0.utf8) }))
    }
    func refusal(_ outcome: CommandReader.Outcome?) -> String? {
        guard case .refused(let refusal)? = outcome else { return nil }
        return String(decoding: refusal.response.bytes, as: UTF8.self)
    }

    @Test("Lines end with CRLF; a lone LF is taken as one") func lines() {
        #expect(outcomes("a NOOP\r\nb NOOP\n") == [text("a NOOP\r\n"), text("b NOOP\r\n")])
    }

    @Test("A synchronizing literal asks for `+` (RFC 3501 §6.3.11)") func synchronizing() {
        #expect(
            outcomes("a LOGIN {11}\r\nFRED FOOBAR {7}\r\nfat man\r\n") == [
                .wantsLiteral, .wantsLiteral, text("a LOGIN {11}\r\n {7}\r\n\r\n", ["FRED FOOBAR", "fat man"]),
            ])
    }

    @Test("A non-synchronizing one does not (RFC 7888 §3)") func nonSynchronizing() {
        #expect(outcomes("a LOGIN {4+}\r\nfred {0+}\r\n\r\n") == [text("a LOGIN {4+}\r\n {0+}\r\n\r\n", ["fred", ""])])
    }

    @Test("Wherever the octets are split, the commands are the same", arguments: 1...40) func splits(size: Int) {
        let input = "a APPEND INBOX (\\Seen) {10+}\r\n0123456789\r\nb LOGIN {3}\r\nabc {2+}\r\nde\r\nc NOOP\n"
        #expect(outcomes(input, split: size) == outcomes(input))
        #expect(outcomes(input).count == 4)
    }

    @Test("A message too big is refused before it is sent") func synchronizingTooBig() {
        let found = outcomes("a APPEND INBOX {1001}\r\nb NOOP\r\n")
        #expect(refusal(found.first) == "a NO [TOOBIG] The message is too big\r\n")
        #expect(found.last == text("b NOOP\r\n"))
    }

    @Test("One that comes unasked is skipped, with the rest of its command", arguments: [Int.max, 1, 7]) func nonSynchronizingTooBig(
        split: Int
    ) {
        let input = "a APPEND INBOX {1001+}\r\n" + String(repeating: "x", count: 1001) + " {3+}\r\nabc\r\nb NOOP\r\n"
        let found = outcomes(input, split: split)
        #expect(found.count == 2)
        #expect(refusal(found.first) == "a BAD [TOOBIG] The message is too big\r\n")
        #expect(found.last == text("b NOOP\r\n"))
    }

    @Test("Other literals have a lower limit, whatever APPEND may take") func literalLimit() {
        let limits = CommandReader.Limits(line: 100, literal: 10, message: 1000)
        #expect(refusal(outcomes("a SELECT {11}\r\n", limits: limits).first) == "a NO [TOOBIG] The literal is too big\r\n")
        #expect(refusal(outcomes("a APPEND {11}\r\n", limits: limits).first) == "a NO [TOOBIG] The literal is too big\r\n")
        #expect(outcomes("a APPEND {5}\r\nINBOX {11}\r\n", limits: limits) == [.wantsLiteral, .wantsLiteral])
        #expect(refusal(outcomes("a LOGIN {6}\r\n123456 {6}\r\n", limits: limits).last) == "a NO [TOOBIG] The literal is too big\r\n")
    }

    @Test("With LITERAL-, 4096 octets is the most without asking (RFC 7888 §5)") func literalMinus() {
        let limits = CommandReader.Limits(message: 10_000, nonSynchronizing: 4096)
        #expect(outcomes("a APPEND INBOX {5000}\r\n", limits: limits) == [.wantsLiteral])
        let found = outcomes("a APPEND INBOX {4097+}\r\n" + String(repeating: "x", count: 4097) + "\r\n", limits: limits)
        #expect(refusal(found.first) == "a BAD [TOOBIG] The message is too big\r\n")
    }

    @Test("A line too long is skipped to its end", arguments: [Int.max, 1, 13]) func longLine(split: Int) {
        let limits = CommandReader.Limits(line: 50, literal: 50, message: 50)
        let found = outcomes("a NOOP " + String(repeating: "x", count: 500) + " {3+}\r\nabc\r\nb NOOP\r\n", limits: limits, split: split)
        #expect(found.count == 2)
        #expect(refusal(found.first)?.contains("BAD [TOOBIG]") == true)
        #expect(found.last == text("b NOOP\r\n"))
    }

    @Test("NUL is refused in lines and literals (RFC 3501 §9)") func nul() {
        #expect(refusal(outcomes("a NO\0OP\r\n").first)?.contains("BAD") == true)
        let found = outcomes("a APPEND INBOX {3+}\r\na\0b\r\nb NOOP\r\n", split: 1)
        #expect(refusal(found.first) == "a BAD NUL is not allowed in a literal\r\n")
        #expect(found.last == text("b NOOP\r\n"))
    }

    @Test("An absurd literal ends the connection") func absurd() {
        guard case .refused(let refusal)? = outcomes("a NOOP {99999999999999999999+}\r\n").first else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.closes)
        #expect(refusal.response.condition == .bye)
    }

    @Test("DONE and base64 are lines, not commands") func plainLine() {
        var reader = CommandReader(limits: .beforeLogin)
        reader.expectLine()
        #expect(outcomes(&reader, Array("DONE\r\na NOOP\r\n".utf8)) == [.line(Array("DONE".utf8)), text("a NOOP\r\n")])
    }
}
