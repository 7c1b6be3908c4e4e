import SASL
import SMTP
import TestSupport
import Testing

@Suite("The server's dialogue") struct SessionTests {
    @Test("RFC 5321 Appendix D.1: a message for three, one of them unknown; split anywhere", arguments: [Int.max, 1, 2, 7])
    func typical(pieces: Int) {
        var site = Site(door: .transport)
        site.hear(
            "EHLO bar.com\r\nMAIL FROM:<Smith@bar.com>\r\n"
                + "RCPT TO:<Jones@foo.com>\r\nRCPT TO:<nobody@foo.com>\r\nRCPT TO:<Brown@foo.com>\r\n"
                + "DATA\r\nBlah blah blah...\r\n..etc. etc. etc.\r\n.\r\nQUIT\r\n", inPiecesOf: pieces)
        #expect(
            site.codes().filter { !$0.hasPrefix("250-") } == [
                "220", "250", "250 2.1.0", "250 2.1.5", "550 5.1.1", "250 2.1.5", "354", "250 2.6.0", "221 2.0.0",
            ])
        #expect(site.closed)
        #expect(site.delivered.count == 1)
        #expect(site.delivered.first?.message == "Blah blah blah...\r\n.etc. etc. etc.\r\n".octets)
        #expect(site.delivered.first?.envelope.recipients.map(\.path.description) == ["Jones@foo.com", "Brown@foo.com"])
        #expect(site.delivered.first?.envelope.clientName == "bar.com")
    }

    @Test("EHLO offers what each door has") func keywords() {
        func offered(_ door: SMTPDoor, change: (inout SMTPServerConfiguration) -> Void = { _ in }) -> Set<String> {
            var configuration = SMTPServerConfiguration(door: door, hostname: "mx.example")
            change(&configuration)
            return Set(SMTPSession(configuration).offeredExtensions)
        }
        let always: Set = ["PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES"]
        #expect(offered(.transport) == always)
        #expect(offered(.transport) { $0.offersStartTLS = true } == always.union(["STARTTLS"]))
        #expect(offered(.submission) { $0.offersStartTLS = true } == always.union(["STARTTLS", "DSN"]))
        #expect(
            offered(.submission) {
                $0.isEncrypted = true; $0.offersStartTLS = true
            } == always.union(["AUTH PLAIN LOGIN", "DSN"]))
        #expect(
            offered(.submission) {
                $0.isEncrypted = true; $0.resumedAfterLogin = .init("c")
            } == always.union(["DSN"]))
        #expect(offered(.lmtp) == always.union(["XDELIVERYID"]))
        #expect(offered(.relay) == always.union(["XDELIVERYID", "DSN"]))
    }

    static let sequences: [(String, [String])] = [
        ("MAIL FROM:<a@b>\r\n", ["503 5.5.1"]), ("EHLO x\r\nRCPT TO:<a@b>\r\n", ["503 5.5.1"]), ("EHLO x\r\nDATA\r\n", ["503 5.5.1"]),
        ("EHLO x\r\nMAIL FROM:<>\r\nDATA\r\n", ["250 2.1.0", "554 5.5.1"]),
        ("EHLO x\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\n", ["250 2.1.0", "503 5.5.1"]),
        ("LHLO x\r\n", ["502 5.5.1"]),
        ("EXPN x\r\nVRFY x\r\nHELP\r\nNOOP\r\nFOO\r\n", ["502 5.5.1", "252 2.1.5", "214 2.0.0", "250 2.0.0", "500 5.5.2"]),
        ("EHLO x\r\nMAIL FROM:<>\r\nRSET\r\nRCPT TO:<a@b>\r\n", ["250 2.1.0", "250 2.0.0", "503 5.5.1"]),
        ("EHLO x\r\nMAIL FROM:<ü@b>\r\nMAIL FROM:<ü@b> SMTPUTF8\r\nRCPT TO:<ä@b>\r\n", ["550 5.6.7", "250 2.1.0", "250 2.1.5"]),
        ("EHLO x\r\nMAIL FROM:<> SIZE=99999999999\r\n", ["552 5.3.4"]), ("EHLO x\r\nMAIL FROM:<> RET=FULL\r\n", ["555 5.5.4"]),
        ("EHLO x\r\nMAIL FROM:<> XSUBMITTEDBY=1\r\n", ["555 5.5.4"]),
        ("EHLO x\r\nMAIL FROM:<> XDELIVERYID=00112233445566778899aabbccddeeff\r\n", ["555 5.5.4"]), ("AUTH PLAIN\r\n", ["502 5.5.1"]),
        ("EHLO x\r\nMAIL FROM:<evil@b>\r\nMAIL FROM:<a@b>\r\n", ["550 5.7.1", "250 2.1.0"]), ("STARTTLS\r\n", ["502 5.5.1"]),
        ("EHLO x\nNOOP\r\n", ["500 5.5.2", "250 2.0.0"]), ("NO\rOP\r\n", ["500 5.5.2"]),
    ]

    @Test("Commands out of place are refused, and the session goes on", arguments: sequences) func sequence(text: String, codes: [String]) {
        for pieces in [Int.max, 1] {
            var site = Site(door: .transport)
            _ = site.codes()
            site.hear(text, inPiecesOf: pieces)
            #expect(site.codes().filter { !$0.hasPrefix("250-") && $0 != "250" } == codes)
        }
    }

    @Test("A recipient over the limit gets 452, and the transaction goes on") func recipientLimit() {
        var site = Site(door: .transport) { $0.maximumRecipients = 1 }
        site.hear("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@b>\r\nDATA\r\n\r\n.\r\n")
        #expect(site.codes() == ["220", "250", "250 2.1.0", "250 2.1.5", "452 4.5.3", "354", "250 2.6.0"])
        #expect(site.delivered.first?.envelope.isExtended == false)
    }

    @Test("Too many errors close the session") func errorLimit() {
        var site = Site(door: .transport) { $0.maximumErrors = 3 }
        site.hear("A\r\nB\r\nC\r\nNOOP\r\n")
        #expect(site.codes() == ["220", "500 5.5.2", "500 5.5.2", "500 5.5.2", "421 4.7.0"])
        #expect(site.closed)
    }

    @Test("Too many refused recipients close the session at port 25") func harvesting() {
        var site = Site(door: .transport) { $0.maximumRefusedRecipients = 2 }
        site.hear("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@b>\r\nRCPT TO:<nobody@c>\r\nRCPT TO:<a@b>\r\n")
        #expect(site.codes() == ["220", "250", "250 2.1.0", "550 5.1.1", "550 5.1.1", "421 4.7.0"])
    }

    @Test("What is too long is one error, and the next line counts") func longLines() {
        for pieces in [Int.max, 1000, 4097] {
            var site = Site(door: .transport)
            site.hear("NOOP " + String(repeating: "x", count: 20_000) + "\r\nNOOP\r\n", inPiecesOf: pieces)
            #expect(site.codes() == ["220", "500 5.5.2", "250 2.0.0"])
        }
    }

    @Test("STARTTLS forgets what was said before, and what was sent behind it (RFC 3207 §4.2)") func startTLS() {
        var site = Site(door: .transport) { $0.offersStartTLS = true }
        site.hear("EHLO x\r\nMAIL FROM:<a@b>\r\n")
        _ = site.codes()
        site.hear("STARTTLS\r\nRSET\r\nNOOP\r\n")
        #expect(site.codes() == ["220 2.0.0"])
        #expect(site.server.isEncrypted)
        #expect(site.abandoned == 1)
        site.hear("MAIL FROM:<a@b>\r\nEHLO x\r\nSTARTTLS\r\n")
        let codes = site.codes()
        #expect(codes.first == "503 5.5.1")
        #expect(codes.last == "503 5.5.1")
    }

    // MARK: Messages

    static func transaction(_ message: String) -> String { "HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n\(message)" }

    static let messages: [(String, String)] = [
        ("a\r\n.\r\n", "a\r\n"), (".\r\n", ""), ("..\r\n.\r\n", ".\r\n"), ("...\r\n.\r\n", "..\r\n"), (".a\r\n.\r\n", "a\r\n"),
        ("a\r\n..b\r\n\r\n.\r\n", "a\r\n.b\r\n\r\n"), ("a.\r\n.\r\n", "a.\r\n"), ("\r\n.\r\n", "\r\n"),
    ]

    @Test("Dots are taken off (RFC 5321 §4.5.2), split anywhere", arguments: messages) func unstuffing(sent: String, message: String) {
        for pieces in [Int.max, 1, 2, 3] {
            var site = Site(door: .transport)
            site.hear(Self.transaction(sent) + "NOOP\r\n", inPiecesOf: pieces)
            #expect(site.delivered.map(\.message) == [message.octets])
            #expect(site.codes().suffix(2) == ["250 2.6.0", "250 2.0.0"])
        }
    }

    static let smuggling = [
        "a\n.\n\r\n.\r\n", "a\n.\r\nMAIL FROM:<x@y>\r\n\r\n.\r\n", "a\r\n.\nMAIL FROM:<x@y>\r\n\r\n.\r\n", "a\r\n.\rMAIL\r\n.\r\n",
        "a\r.\r\n\r\n.\r\n",
        "a\r\r\n.\r\n", "a\r\n.\r\rb\r\n.\r\n", "\n\r\n.\r\n",
    ]

    @Test("Only CRLF ends a line: what is not one is refused, and read as part of the message", arguments: smuggling) func smuggled(
        sent: String
    ) {
        for pieces in [Int.max, 1, 2] {
            var site = Site(door: .transport)
            site.hear(Self.transaction(sent) + "NOOP\r\n", inPiecesOf: pieces)
            #expect(site.codes() == ["220", "250", "250 2.1.0", "250 2.1.5", "354", "550 5.6.11", "250 2.0.0"])
            #expect(site.delivered.isEmpty)
            #expect(site.abandoned == 1)
        }
    }

    @Test("A message over the limit is read to its end and refused") func tooLarge() {
        var site = Site(door: .transport) { $0.maximumMessageSize = 10 }
        site.hear(Self.transaction("0123456789\r\n.\r\n") + "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n01234567\r\n.\r\n", inPiecesOf: 3)
        #expect(site.codes().suffix(5) == ["552 5.3.4", "250 2.1.0", "250 2.1.5", "354", "250 2.6.0"])
    }

    @Test("A message that goes round in a circle is refused") func loop() {
        var site = Site(door: .transport) { $0.maximumHops = 3 }
        let field = "received: from a by b;\r\n x\r\n"
        site.hear(Self.transaction(String(repeating: field, count: 3) + "\r\nReceived: x\r\n.\r\n"))
        #expect(site.codes().last == "250 2.6.0")
        site.hear(Self.transaction(String(repeating: field, count: 4) + "\r\n.\r\n"))
        #expect(site.codes().last == "554 5.4.6")
    }

    @Test("RFC 3030 §4: chunks make one message; RSET and wrong places lose none of the framing", arguments: [Int.max, 1, 5]) func chunks(
        pieces: Int
    ) {
        var site = Site(door: .transport)
        site.hear(
            "HELO x\r\nBDAT 5\r\nQUIT\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 4\r\na\r\nbBDAT 0\r\nDATA\r\nBDAT 3 LAST\r\n.\r\n",
            inPiecesOf: pieces)
        #expect(
            site.codes() == ["220", "250", "503 5.5.1", "250 2.1.0", "250 2.1.5", "250 2.0.0", "250 2.0.0", "503 5.5.1", "250 2.6.0"])
        #expect(site.delivered.map(\.message) == ["a\r\nb.\r\n".octets])
        site.hear("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 2\r\nx\nBDAT 1 LAST\r\nyNOOP\r\n", inPiecesOf: pieces)
        #expect(site.codes() == ["250 2.1.0", "250 2.1.5", "550 5.6.11", "550 5.6.11", "250 2.0.0"])
    }

    @Test("RFC 2033 §4.2: the LMTP door replies once for each accepted recipient") func lmtp() {
        var site = Site(door: .lmtp)
        site.deliveryReplies = { envelope in
            envelope.recipients.map { $0.path.description.hasPrefix("full@") ? Reply(452, "4.2.2", "Full") : .messageAccepted }
        }
        site.hear("EHLO x\r\nLHLO foo.edu\r\nMAIL FROM:<chris@bar.com> XDELIVERYID=00112233445566778899AABBCCDDEEFF\r\n")
        _ = site.codes()
        site.hear("DATA\r\nRCPT TO:<pat@foo.edu>\r\nRCPT TO:<nobody@foo.edu>\r\nRCPT TO:<full@foo.edu>\r\nDATA\r\nBlah\r\n.\r\nQUIT\r\n")
        #expect(site.codes() == ["503 5.5.1", "250 2.1.5", "550 5.1.1", "250 2.1.5", "354", "250 2.6.0", "452 4.2.2", "221 2.0.0"])
        #expect(site.delivered.first?.envelope.mail.deliveryID?.description == "00112233445566778899aabbccddeeff")
        site = Site(door: .lmtp)
        site.hear("LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@b>\r\nDATA\r\n\n\r\n.\r\n")
        #expect(site.codes().suffix(2) == ["550 5.6.11", "550 5.6.11"])
    }

    @Test("100,000 mutated dialogues leave the session able to answer or closed", arguments: 3...7) func mutations(seed: UInt64) {
        let dialogue =
            ("EHLO x\r\nMAIL FROM:<a@b> SIZE=3\r\nRCPT TO:<c@d>\r\nDATA\r\na\r\n..b\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\n"
            + "BDAT 4\r\nabcdBDAT 2 LAST\r\n\r\nRSET\r\nAUTH PLAIN AGEAYg==\r\nQUIT\r\n").octets
        var numbers = SeededNumbers(state: seed)
        for round in 0..<20_000 {
            var octets = dialogue
            for _ in 0..<Int.random(in: 1...6, using: &numbers) {
                octets[Int.random(in: 0..<octets.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
            }
            var site = Site(door: round % 2 == 0 ? .transport : .submission) { $0.allowsPlaintextLogin = true }
            site.hear(octets, inPiecesOf: Int.random(in: 1...40, using: &numbers))
            #expect(site.said.hasPrefix("220 "))
        }
    }

    @Test("The work grows with the octets, not with their square") func linear() {
        func work(_ count: Int) -> Duration {
            let message = String(repeating: "..\r\n", count: count).octets
            return ContinuousClock().measure {
                var site = Site(door: .transport)
                site.hear(Self.transaction("").octets + message + ".\r\n".octets, inPiecesOf: 50)
                #expect(site.delivered.count == 1)
            }
        }
        _ = work(1000)
        #expect(work(80_000) < work(10_000) * 30)
    }
}
