import POP3
import Testing

@Suite("POP3 after the login") struct POP3TransactionTests {
    struct Site {
        static let messages = ["Subject: a\r\n\r\n.one\r\ntwo\r\n", "Subject: b\r\n\r\nx\r\n.\r\ny\r\n"].map { Array($0.utf8) }
        var session = POP3Transaction(
            messages: [.init(octets: 120, uniqueID: "1.whqtswO00WBw418f9t5JxYwZ"), .init(octets: 200, uniqueID: "1.QhdPYR:00WBw1Ph7x7")],
            greets: false)
        var said = ""
        var updates: [[Int]] = []
        var closed = false

        mutating func hear(_ text: String, inPiecesOf size: Int = .max) {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                session.feed(rest.prefix(size))
                rest = rest.dropFirst(size)
                while let action = session.next() {
                    switch action {
                    case .send(let bytes): said += String(decoding: bytes, as: UTF8.self)
                    case .retrieve(let index, let lines):
                        var encoder = POP3MessageEncoder(Self.messages[index], bodyLines: lines)
                        said += "+OK\r\n"
                        while let piece = encoder.next() { said += String(decoding: piece, as: UTF8.self) }
                    case .update(let indexes):
                        updates.append(indexes)
                        session.updated(true)
                    case .close: closed = true
                    }
                }
            }
        }
    }

    static let dialogues: [(String, String)] = [
        ("STAT\r\n", "+OK 2 320\r\n"), ("LIST\r\n", "+OK 2 messages\r\n1 120\r\n2 200\r\n.\r\n"), ("list 2\r\n", "+OK 2 200\r\n"),
        ("LIST 3\r\n", "-ERR No such message\r\n"), ("LIST 0\r\n", "-ERR Wrong arguments\r\n"), ("NOOP\r\n", "+OK Nothing done\r\n"),
        ("UIDL\r\n", "+OK 2 messages\r\n1 1.whqtswO00WBw418f9t5JxYwZ\r\n2 1.QhdPYR:00WBw1Ph7x7\r\n.\r\n"),
        ("UIDL 2\r\n", "+OK 2 1.QhdPYR:00WBw1Ph7x7\r\n"), ("RETR 1\r\n", "+OK\r\nSubject: a\r\n\r\n..one\r\ntwo\r\n.\r\n"),
        ("TOP 2 2\r\n", "+OK\r\nSubject: b\r\n\r\nx\r\n..\r\n.\r\n"), ("TOP 2 0\r\n", "+OK\r\nSubject: b\r\n\r\n.\r\n"),
        ("TOP 1 99\r\n", "+OK\r\nSubject: a\r\n\r\n..one\r\ntwo\r\n.\r\n"), ("TOP 1\r\n", "-ERR Wrong arguments\r\n"),
        ("TOP 1 -1\r\n", "-ERR Wrong arguments\r\n"), ("RETR 99999999999999999999\r\n", "-ERR Wrong arguments\r\n"),
        (
            "DELE 1\r\nDELE 1\r\nRETR 1\r\nSTAT\r\nLIST\r\n",
            "+OK Message 1 deleted\r\n-ERR No such message\r\n-ERR No such message\r\n+OK 1 200\r\n+OK 1 messages\r\n2 200\r\n.\r\n"
        ),
        ("DELE 1\r\nRSET\r\nSTAT\r\n", "+OK Message 1 deleted\r\n+OK Maildrop has 2 messages (320 octets)\r\n+OK 2 320\r\n"),
        ("USER x\r\nFOO\r\n", "-ERR This command does not fit here\r\n-ERR Unknown command\r\n"),
    ]

    @Test("RFC 1939 §5 and §7, split anywhere", arguments: dialogues) func dialogue(said: String, answered: String) {
        for size in [Int.max, 1, 4] {
            var site = Site()
            site.hear(said, inPiecesOf: size)
            #expect(site.said == answered)
        }
    }

    @Test("Messages are removed at QUIT, and at nothing else") func update() {
        var site = Site()
        site.hear("DELE 2\r\n")
        #expect(site.updates.isEmpty)
        site.hear("QUIT\r\nNOOP\r\n")
        #expect(site.updates == [[1]])
        #expect(site.said.hasSuffix("+OK Goodbye\r\n"))
        #expect(site.closed)
    }

    @Test("A removal that failed is told") func failedUpdate() {
        var session = POP3Transaction(messages: [])
        session.feed(Array("QUIT\r\n".utf8))
        #expect(session.next() == .send(Array("+OK Maildrop has 0 messages (0 octets)\r\n".utf8)))
        #expect(session.next() == .update([]))
        #expect(session.next() == nil)
        session.updated(false)
        #expect(session.next() == .send(Array("-ERR [SYS/TEMP] Some deleted messages were not removed\r\n".utf8)))
        #expect(session.next() == .close)
    }

    @Test("A large message is sent in pieces, the same as whole") func pieces() {
        var message: [UInt8] = []
        for number in 0..<50_000 { message += Array((number % 3 == 0 ? ".\r\n" : "text\r\n").utf8) }
        var encoder = POP3MessageEncoder(message, bodyLines: nil)
        var sent: [UInt8] = [], count = 0
        while let piece = encoder.next() {
            sent += piece
            count += 1
        }
        #expect(count > 2)
        #expect(sent.count == message.count + (50_000 + 2) / 3 + 3)
    }

    @Test("Any octets leave the session answering") func mutations() {
        let lines = Array("LIST 1\r\nTOP 1 10\r\nRETR 2\r\nUIDL\r\nDELE 1\r\nCAPA\r\nAUTH PLAIN x\r\nRSET\r\n".utf8)
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<100_000 {
            var octets = lines
            for _ in 0..<4 { octets[random(octets.count)] = UInt8(random(256)) }
            for line in octets.split(separator: 10) { _ = try? POP3Command(parsing: line) }
        }
    }
}
