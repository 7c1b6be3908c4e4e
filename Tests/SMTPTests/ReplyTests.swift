import SMTP
import TestSupport
import Testing

@Suite("Replies") struct ReplyTests {
    @Test("A reply is written with its codes on each line (RFC 2034 §4)") func writes() {
        #expect(Reply(250, "2.1.0", "OK").bytes == "250 2.1.0 OK\r\n".octets)
        #expect(Reply(250, nil, lines: ["a", "b"]).bytes == "250-a\r\n250 b\r\n".octets)
        #expect(Reply(550, "5.7.1", lines: ["No", "way"]).bytes == "550-5.7.1 No\r\n550 5.7.1 way\r\n".octets)
    }

    @Test("No text can begin a line of its own") func noSplitting() {
        #expect(Reply(550, "5.1.1", "a\r\n250 OK").bytes == "550 5.1.1 a??250 OK\r\n".octets)
    }

    static let replies: [(String, Reply)] = [
        ("250 2.1.0 OK\r\n", Reply(250, "2.1.0", "OK")), ("250\r\n", Reply(250, nil, "")), ("250 OK\n", Reply(250, nil, "OK")),
        ("250-mx\r\n250-SIZE 10\r\n250 DSN\r\n", Reply(250, nil, lines: ["mx", "SIZE 10", "DSN"])),
        ("550-5.1.1 a\r\n550 5.1.1 b\r\n", Reply(550, "5.1.1", lines: ["a", "b"])),
        ("250 1.2.3.4 hello\r\n", Reply(250, nil, "1.2.3.4 hello")),
        ("250 4.1.1 x\r\n", Reply(250, nil, "4.1.1 x")), ("354 go\r\n", Reply(354, nil, "go")),
    ]

    @Test("A reply is read whole and split at each octet", arguments: replies) func reads(text: String, reply: Reply) {
        let octets = text.octets
        for split in 0...octets.count {
            var parser = ReplyParser()
            parser.feed(octets[..<split])
            let first = parser.next()
            if split < octets.count {
                #expect(first == .needsMore)
                parser.feed(octets[split...])
                #expect(parser.next() == .reply(reply))
            } else {
                #expect(first == .reply(reply))
            }
            #expect(parser.next() == .needsMore)
        }
    }

    static let wrong = ["hello\r\n", "25\r\n", "2500 x\r\n", "250-a\r\n251 b\r\n", "150 x\r\n", "999 x\r\n", "\r\n", "250_x\r\n"]

    @Test("What is no reply is malformed", arguments: wrong) func refuses(text: String) {
        var parser = ReplyParser()
        parser.feed(text.octets)
        #expect(parser.next() == .malformed)
    }

    @Test("A line or a reply without end is malformed") func bounded() {
        var long = ReplyParser()
        long.feed(Array(repeating: 50, count: 5000))
        #expect(long.next() == .malformed)
        var many = ReplyParser()
        many.feed(String(repeating: "250-x\r\n", count: 300).octets)
        #expect(many.next() == .malformed)
    }

    @Test("Written replies are read back") func roundTrip() {
        var parser = ReplyParser()
        for reply in [Reply.ok, .tooManyRecipients, .startMessage, Reply(250, "2.0.0", lines: ["a", "b", "c"])] {
            parser.feed(reply.bytes)
            #expect(parser.next() == .reply(reply))
        }
    }

    @Test("Random octets never stop the parser") func mutations() {
        var numbers = SeededNumbers(state: 2)
        for _ in 0..<100_000 {
            var octets = "250-mx\r\n250 2.1.0 x\r\n".octets
            for _ in 0..<3 { octets[Int.random(in: 0..<octets.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers) }
            var parser = ReplyParser()
            parser.feed(octets)
            while case .reply(let reply) = parser.next() { #expect((200...599).contains(reply.code)) }
        }
    }
}
