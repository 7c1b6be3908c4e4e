import SMTP
import TestSupport
import Testing

@Suite("Command lines") struct CommandTests {
    static func parse(_ text: String) throws(SMTPSyntaxError) -> SMTPCommand { try SMTPCommand(parsing: text.octets[...]) }

    @Test("MAIL with every parameter reads, writes and reads again") func mail() throws {
        let id = "00112233445566778899aabbccddeeff"
        let line =
            "mail from:<a@b.example> SIZE=1000 body=8bitmime SMTPUTF8 RET=HDRS ENVID=QQ+2B314 AUTH=e+3Dmc2@example.com XDELIVERYID=\(id) "
            + "XSUBMITTEDBY=281474976710655"
        guard case .mail(let mail) = try Self.parse(line) else { throw SMTPSyntaxError.unknownCommand }
        #expect(mail.reversePath.description == "a@b.example")
        #expect(mail.size == 1000)
        #expect(mail.body == .eightBit)
        #expect(mail.usesUTF8)
        #expect(mail.ret == .headers)
        #expect(mail.envelopeID == "QQ+314")
        #expect(mail.submitter == "e=mc2@example.com")
        #expect(mail.deliveryID?.description == id)
        #expect(mail.submittedBy == 281_474_976_710_655)
        #expect(try Self.parse(String(mail.line.dropLast(1))) == .mail(mail))
    }

    @Test("RCPT with every parameter reads, writes and reads again") func rcpt() throws {
        guard case .rcpt(let rcpt) = try Self.parse("RCPT TO:<c@d.example> NOTIFY=success,FAILURE ORCPT=rfc822;Bob@Example.COM") else {
            throw SMTPSyntaxError.unknownCommand
        }
        #expect(rcpt.notify == [.success, .failure])
        #expect(rcpt.originalRecipient == "rfc822;Bob@Example.COM")
        #expect(try Self.parse(String(rcpt.line.dropLast(1))) == .rcpt(rcpt))
        #expect(try Self.parse("RCPT TO:<c@d> NOTIFY=NEVER") == .rcpt(RcptCommand(path: .address(EnvelopeAddress("c@d")!), notify: [])))
        #expect(try Self.parse("RCPT TO:<PostMaster>") == .rcpt(RcptCommand(path: .postmaster)))
    }

    @Test("A source route is read and ignored (RFC 5321 §4.1.2)") func sourceRoute() throws {
        #expect(try Self.parse("RCPT TO:<@a.example,@b.example:c@d.example>") == Self.parse("RCPT TO:<c@d.example>"))
        #expect(try Self.parse("MAIL FROM:<>") == .mail(MailCommand(reversePath: .null)))
        #expect(try Self.parse("MAIL FROM: <> ") == .mail(MailCommand(reversePath: .null)))
    }

    static let plain: [(String, SMTPCommand)] = [
        ("helo a.example", .helo("a.example")), ("EHLO [192.0.2.1]", .ehlo("[192.0.2.1]")), ("LHLO foo", .lhlo("foo")), ("DATA", .data),
        ("RSET ", .rset), ("NOOP", .noop), ("NOOP whatever", .noop), ("QUIT", .quit), ("STARTTLS", .startTLS), ("VRFY x", .vrfy),
        ("EXPN x", .expn), ("HELP", .help), ("HELP MAIL", .help), ("BDAT 86 LAST", .bdat(size: 86, isLast: true)),
        ("BDAT 0", .bdat(size: 0, isLast: false)), ("AUTH PLAIN", .auth(mechanism: "PLAIN", initialResponse: .none)),
        ("auth plain =", .auth(mechanism: "PLAIN", initialResponse: .octets([]))),
        ("AUTH PLAIN Zm9v", .auth(mechanism: "PLAIN", initialResponse: .octets("foo".octets))),
        ("AUTH PLAIN Zm9", .auth(mechanism: "PLAIN", initialResponse: .notBase64)),
    ]

    @Test("Commands are read in any case", arguments: plain) func reads(text: String, command: SMTPCommand) throws {
        #expect(try Self.parse(text) == command)
    }

    static let wrong: [(String, SMTPSyntaxError)] = [
        ("", .unknownCommand), ("FOO", .unknownCommand), ("MAILFROM:<a@b>", .unknownCommand), ("HELOO x", .unknownCommand),
        ("MAIL <a@b>", .badArguments("MAIL FROM:<address>")), ("MAIL FROM:a@b", .badSenderAddress), ("MAIL FROM:<a@b", .badSenderAddress),
        ("RCPT TO:<>", .badRecipientAddress), ("RCPT TO:<a>", .badRecipientAddress), ("MAIL FROM:<a@b> SIZE", .badParameter("SIZE")),
        ("MAIL FROM:<a@b> SIZE=1x", .badParameter("SIZE")), ("MAIL FROM:<a@b> SIZE=1 SIZE=2", .badParameter("SIZE")),
        ("MAIL FROM:<a@b> BODY=BINARYMIME", .badParameter("BODY")), ("MAIL FROM:<a@b> FOO=1", .unknownParameter("FOO")),
        ("MAIL FROM:<a@b> ENVID=a+2", .badParameter("ENVID")), ("RCPT TO:<a@b> NOTIFY=NEVER,SUCCESS", .badParameter("NOTIFY")),
        ("RCPT TO:<a@b> ORCPT=x", .badParameter("ORCPT")), ("MAIL FROM:<a@b> XDELIVERYID=12", .badParameter("XDELIVERYID")),
        ("DATA now", .badArguments("DATA takes no argument")), ("BDAT x", .badArguments("BDAT size [LAST]")),
        ("BDAT 99999999999", .badArguments("BDAT size [LAST]")), ("EHLO", .badArguments("EHLO needs a domain or an address literal")),
        ("EHLO a b", .badArguments("EHLO needs a domain or an address literal")), ("VRFY", .badArguments("VRFY needs an argument")),
        ("NOOP \u{1}", .badArguments("no control characters")), (String(repeating: "A", count: 5000), .unknownCommand),
        ("NOOP " + String(repeating: "A", count: 5000), .lineTooLong),
    ]

    @Test("What is no command says why", arguments: wrong) func refuses(text: String, error: SMTPSyntaxError) {
        #expect(throws: error) { try Self.parse(text) }
    }

    static let sizes: [(String, Int64?)] = [
        ("0", 0), ("500000", 500_000), ("99999999999999999999", .max), ("", nil), ("-1", nil), ("123456789012345678901", nil),
    ]

    @Test("SIZE= takes 1 to 20 digits (RFC 1870 §4)", arguments: sizes) func declaredSize(text: String, octets: Int64?) {
        var size: Int64?
        if case .mail(let mail)? = try? Self.parse("MAIL FROM:<> SIZE=\(text)") { size = mail.size }
        #expect(size == octets)
    }

    @Test("Any octets are a command or an error, and never more") func mutations() {
        let seeds = [
            "MAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME RET=FULL ENVID=x+2By",
            "RCPT TO:<\"a b\"@[IPv6:1::2]> NOTIFY=SUCCESS ORCPT=rfc822;a+20b",
            "RCPT TO:<@a,@b:c@d>", "AUTH PLAIN AGEAYg==", "BDAT 1000 LAST", "EHLO [1.2.3.4]", "MAIL FROM:<jörg@münchen.example> SMTPUTF8",
        ].map(\.octets)
        var numbers = SeededNumbers(state: 1)
        for round in 0..<100_000 {
            var line = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                let place = Int.random(in: 0..<line.count, using: &numbers)
                switch Int.random(in: 0..<3, using: &numbers) {
                case 0: line[place] = UInt8.random(in: 0...255, using: &numbers)
                case 1: line.insert(UInt8.random(in: 0...255, using: &numbers), at: place)
                default: if line.count > 1 { line.remove(at: place) }
                }
            }
            guard let command = try? SMTPCommand(parsing: line[...]) else { continue }
            if case .mail(let mail) = command { #expect((try? Self.parse(String(mail.line.dropLast(1)))) == command) }
            if case .rcpt(let rcpt) = command { #expect((try? Self.parse(String(rcpt.line.dropLast(1)))) == command) }
        }
    }
}
