import SMTP
import TestSupport
import Testing

@Suite("The client's dialogue") struct ClientTests {
    /// Runs a request against a script of what the server says when; `sent` is what the client said.
    struct Run {
        var client: SMTPClient
        var sent = ""
        var replies: [String]

        init(_ configuration: SMTPClient.Configuration = .init(name: "me.example"), replies: [String] = []) {
            client = SMTPClient(configuration)
            self.replies = replies
        }

        mutating func perform(_ request: SMTPClient.Request) -> SMTPClient.Outcome? {
            client.begin(request)
            while true {
                switch client.next() {
                case .send(let bytes): sent += String(decoding: bytes, as: UTF8.self)
                case .startTLS:
                    sent += "<TLS>"
                    client.tlsStarted()
                case .receive:
                    if replies.isEmpty { return nil }
                    let next = replies.removeFirst()
                    next.isEmpty ? client.peerEnded() : client.feed(next.octets)
                case .done(let outcome): return outcome
                }
            }
        }
    }

    static let ehlo = "220 mx ESMTP\r\n"
    static let all = "250-mx\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN\r\n"

    static func envelope(_ recipients: [String]) -> SMTPEnvelope {
        let mail = MailCommand(reversePath: ReversePath(text: "a@b.example") ?? .null, body: .eightBit, ret: .headers)
        return SMTPEnvelope(
            mail: mail,
            recipients: recipients.compactMap { EnvelopeAddress($0) }.map { RcptCommand(path: .address($0), notify: [.failure]) })
    }

    @Test("A transaction goes in two groups where that is offered, and each recipient has its reply") func pipelined() {
        var run = Run(replies: [Self.ehlo, Self.all, "250 ok\r\n250 ok\r\n550 5.1.1 no\r\n", "354 go\r\n", "250 2.6.0 taken\r\n"])
        guard case .opened(let capabilities)? = run.perform(.open) else { return #expect(Bool(false)) }
        #expect(capabilities.pipelining && capabilities.dsn && capabilities.maximumMessageSize == 1000)
        let outcome = run.perform(.transaction(Self.envelope(["c@d.example", "e@f.example"]), "x\r\n.y\r\n".octets))
        #expect(outcome == .transaction([Reply(250, "2.6.0", "taken"), Reply(550, "5.1.1", "no")]))
        #expect(
            run.sent
                == "EHLO me.example\r\nMAIL FROM:<a@b.example> SIZE=7 BODY=8BITMIME RET=HDRS\r\nRCPT TO:<c@d.example> NOTIFY=FAILURE\r\n"
                + "RCPT TO:<e@f.example> NOTIFY=FAILURE\r\nDATA\r\nx\r\n..y\r\n.\r\n")
    }

    @Test("A server with nothing to offer gets HELO, bare commands and one at a time") func old() {
        var run = Run(replies: [Self.ehlo, "500 what\r\n", "250 hi\r\n"])
        #expect(run.perform(.open) == .opened(SMTPCapabilities()))
        run.client.begin(.transaction(Self.envelope(["c@d.example"]), "x".octets))
        #expect(run.client.next() == .send("MAIL FROM:<a@b.example>\r\n".octets))
        run.client.feed("250 ok\r\n".octets)
        #expect(run.client.next() == .send("RCPT TO:<c@d.example>\r\n".octets))
        run.client.feed("250 ok\r\n".octets)
        #expect(run.client.next() == .send("DATA\r\n".octets))
        run.client.feed("354 go\r\n".octets)
        #expect(run.client.next() == .send("x".octets))
        #expect(run.client.next() == .send("\r\n.\r\n".octets))
        run.client.feed("451 later\r\n".octets)
        #expect(run.client.next() == .done(.transaction([Reply(451, nil, "later")])))
    }

    @Test("A connection that dies after the message leaves it unanswered; one that dies before does not") func unanswered() {
        var run = Run(replies: [Self.ehlo, Self.all, ""])
        _ = run.perform(.open)
        #expect(run.perform(.transaction(Self.envelope(["c@d.example"]), "x".octets)) == .failed(.closed))
        #expect(!run.client.messageIsUnanswered)
        run = Run(replies: [Self.ehlo, Self.all, "250 ok\r\n250 ok\r\n", "354 go\r\n", ""])
        _ = run.perform(.open)
        #expect(run.perform(.transaction(Self.envelope(["c@d.example"]), "x".octets)) == .failed(.closed))
        #expect(run.client.messageIsUnanswered)
    }

    @Test("A refused sender or no accepted recipient sends no message, and the next transaction resets") func refusals() {
        var run = Run(replies: [Self.ehlo, Self.all, "550 5.7.1 no\r\n503 5.5.1 what\r\n"])
        _ = run.perform(.open)
        #expect(run.perform(.transaction(Self.envelope(["c@d.example"]), "x".octets)) == .transaction([Reply(550, "5.7.1", "no")]))
        run.replies = ["250 ok\r\n", "450 4.2.1 no\r\n"]
        #expect(run.perform(.transaction(Self.envelope(["c@d.example"]), "x".octets)) == .transaction([Reply(450, "4.2.1", "no")]))
        run.replies = ["250 reset\r\n250 ok\r\n250 ok\r\n", "354 go\r\n", "250 ok\r\n"]
        run.sent = ""
        #expect(run.perform(.transaction(Self.envelope(["c@d.example"]), "x".octets)) == .transaction([Reply(250, nil, "ok")]))
        #expect(run.sent.hasPrefix("RSET\r\nMAIL"))
    }

    @Test("Over LMTP each accepted recipient has a reply of its own; commands may come one by one") func lmtp() {
        var run = Run(.init(name: "gw", isLMTP: true), replies: ["220 LMTP\r\n", "250-w\r\n250-PIPELINING\r\n250 XDELIVERYID\r\n"])
        guard case .opened? = run.perform(.open) else { return #expect(Bool(false)) }
        run.replies = ["250 ok\r\n", "250 ok\r\n", "550 no\r\n", "250 ok\r\n", "354 go\r\n", "250 one\r\n452 two\r\n"]
        let id = DeliveryID("00112233445566778899aabbccddeeff")
        #expect(run.perform(.mail(MailCommand(reversePath: .null, deliveryID: id))) == .reply(Reply(250, nil, "ok")))
        for (address, code) in [("a@b.example", 250), ("x@b.example", 550), ("c@b.example", 250)] {
            guard let address = EnvelopeAddress(address), case .reply(let reply)? = run.perform(.rcpt(RcptCommand(path: .address(address))))
            else {
                return #expect(Bool(false))
            }
            #expect(reply.code == code)
        }
        #expect(run.perform(.data("hi\r\n".octets)) == .message([Reply(250, nil, "one"), Reply(452, nil, "two")]))
        #expect(run.sent.hasPrefix("LHLO gw\r\nMAIL FROM:<> XDELIVERYID=00112233445566778899aabbccddeeff\r\n"))
        run.replies = ["221 bye\r\n"]
        #expect(run.perform(.quit) == .reply(Reply(221, nil, "bye")))
    }

    @Test("STARTTLS is used when offered; nothing sent ahead of TLS counts") func startTLS() {
        let offer = "250-mx\r\n250 STARTTLS\r\n"
        var run = Run(
            .init(name: "me", encryption: .whenOffered),
            replies: [Self.ehlo, offer, "220 go\r\n250-evil\r\n250 X\r\n", "250-mx\r\n250 SIZE\r\n"])
        guard case .opened(let capabilities)? = run.perform(.open) else { return #expect(Bool(false)) }
        #expect(capabilities.size && capabilities.maximumMessageSize == nil && !capabilities.offers("X"))
        #expect(run.sent == "EHLO me\r\nSTARTTLS\r\n<TLS>EHLO me\r\n")
        var strict = Run(.init(name: "me", encryption: .required), replies: [Self.ehlo, Self.all])
        #expect(strict.perform(.open) == .failed(.encryptionUnavailable))
        var lax = Run(.init(name: "me", encryption: .whenOffered), replies: [Self.ehlo, offer, "454 no\r\n"])
        guard case .opened? = lax.perform(.open) else { return #expect(Bool(false)) }
    }

    @Test("What the server could only refuse is not sent") func refusedHere() {
        var run = Run(replies: [Self.ehlo, "250-mx\r\n250 SIZE 10\r\n"])
        _ = run.perform(.open)
        run.sent = ""
        guard case .transaction(let large)? = run.perform(.transaction(Self.envelope(["c@d.example"]), Array(repeating: 65, count: 11)))
        else {
            return #expect(Bool(false))
        }
        #expect(large.map(\.status?.description) == ["5.3.4"])
        guard case .transaction(let foreign)? = run.perform(.transaction(Self.envelope(["ü@d.example"]), "x".octets)) else {
            return #expect(Bool(false))
        }
        #expect(foreign.map(\.status?.description) == ["5.6.7"])
        #expect(run.sent == "")
    }

    @Test("A server that refuses, babbles or goes away is a failure") func failures() {
        var refusing = Run(replies: ["554 5.7.1 go away\r\n"])
        #expect(refusing.perform(.open) == .failed(.refused(Reply(554, "5.7.1", "go away"))))
        var babbling = Run(replies: ["hello\r\n"])
        #expect(babbling.perform(.open) == .failed(.malformedReply))
        var leaving = Run(replies: [Self.ehlo, ""])
        #expect(leaving.perform(.open) == .failed(.closed))
    }

    @Test("Client and server understand each other, and the message arrives as it was") func together() {
        var message: [UInt8] = []
        var numbers = SeededNumbers(state: 4)
        for _ in 0..<20_000 {
            message += [".a\r\n", "..\r\n", ".\r\n", "\r\n", "text\r\n"].map(\.octets)[Int.random(in: 0..<5, using: &numbers)]
        }
        var site = Site(door: .relay)
        var client = SMTPClient(.init(name: "me.example"))
        func perform(_ request: SMTPClient.Request) -> SMTPClient.Outcome {
            client.begin(request)
            while true {
                switch client.next() {
                case .send(let bytes): site.hear(bytes)
                case .receive:
                    if site.said.isEmpty { client.peerEnded() }
                    client.feed(site.said.octets)
                    site.said = ""
                case .startTLS: client.tlsStarted()
                case .done(let outcome): return outcome
                }
            }
        }
        _ = perform(.open)
        for _ in 0..<2 {
            let outcome = perform(.transaction(Self.envelope((0..<250).map { "r\($0)@d.example" } + ["nobody@d.example"]), message))
            guard case .transaction(let replies) = outcome else { return #expect(Bool(false)) }
            #expect(replies.count == 251 && replies.prefix(250).allSatisfy(\.isPositive) && replies.last?.code == 550)
            #expect(site.delivered.last?.message == message)
            #expect(site.delivered.last?.envelope.recipients.count == 250)
        }
    }
}
