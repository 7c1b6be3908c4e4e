import POP3
import SASL
import Testing

@Suite("POP3 before the login") struct POP3AuthorizationTests {
    struct Site {
        var session: POP3Authorization
        var said = ""
        var logins: [SASLCredentials] = []
        var closed = false
        var handsOver = true

        init(offersSTLS: Bool = false, isEncrypted: Bool = true, allowsPlaintextLogin: Bool = false) {
            session = POP3Authorization(
                .init(hostname: "pop.example", offersSTLS: offersSTLS, isEncrypted: isEncrypted, allowsPlaintextLogin: allowsPlaintextLogin)
            )
            work()
            said = ""
        }

        mutating func hear(_ text: String, inPiecesOf size: Int = .max) {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                session.feed(rest.prefix(size))
                rest = rest.dropFirst(size)
                work()
            }
        }

        private mutating func work() {
            while let action = session.next() {
                switch action {
                case .send(let bytes): said += String(decoding: bytes, as: UTF8.self)
                case .authenticate(let credentials):
                    logins.append(credentials)
                    session.answer(credentials.password != "secret" ? .refused : handsOver ? .handedOver : .unavailable)
                case .startTLS: session.tlsStarted()
                case .close: closed = true
                }
            }
        }
    }

    static let ann = SASLCredentials(authentication: "ann@a.example", password: "secret")

    @Test("USER and PASS, split anywhere; what follows is kept for the next process") func userPass() {
        for size in [Int.max, 1, 3] {
            var site = Site()
            site.hear("USER ann@a.example\r\nPASS secret\r\nSTAT\r\n", inPiecesOf: size)
            #expect(site.said == "+OK Send PASS\r\n")
            #expect(site.logins == [Self.ann])
            #expect(site.session.takeUnread() == Array("STAT\r\n".utf8))
        }
    }

    @Test("A password may have spaces") func spaces() {
        var site = Site()
        site.hear("USER a\r\nPASS two words \r\n")
        #expect(site.logins.first?.password == "two words ")
        #expect(site.said.hasSuffix("-ERR [AUTH] The name or the password is wrong\r\n"))
    }

    @Test("AUTH PLAIN as RFC 5034 §4 has it, and its refusals") func auth() {
        let message = String(decoding: Base64.encode(Self.ann.plainMessage), as: UTF8.self)
        var site = Site()
        site.hear("AUTH PLAIN\r\n\(message)\r\n")
        #expect(site.said == "+ \r\n")
        #expect(site.logins == [Self.ann])
        site = Site()
        site.hear("AUTH PLAIN \(message)\r\n")
        #expect(site.logins == [Self.ann])
        site = Site()
        site.hear("AUTH PLAIN\r\n*\r\nAUTH X\r\nAUTH PLAIN !\r\nAUTH\r\n")
        #expect(
            site.said == "+ \r\n-ERR Authentication cancelled\r\n-ERR This mechanism is not offered\r\n"
                + "-ERR The response is none of this mechanism\r\n+OK Mechanisms follow\r\nPLAIN\r\nLOGIN\r\n.\r\n")
    }

    @Test("Without TLS there are no logins; STLS forgets what came before and behind it") func stls() {
        var site = Site(offersSTLS: true, isEncrypted: false)
        site.hear("USER a\r\nAUTH PLAIN\r\nCAPA\r\n")
        #expect(site.said.hasPrefix("-ERR [AUTH] Logins need TLS; send STLS first\r\n-ERR [AUTH] Logins need TLS"))
        #expect(site.said.contains("\r\nSTLS\r\n"))
        #expect(!site.said.contains("\r\nUSER\r\n"))
        site.said = ""
        site.hear("STLS\r\nQUIT\r\n")
        #expect(site.said == "+OK Begin TLS\r\n")
        #expect(!site.closed)
        site.hear("CAPA\r\nSTLS\r\n")
        #expect(site.said.contains("\r\nSASL PLAIN LOGIN\r\n"))
        #expect(site.said.hasSuffix("-ERR This command does not fit here\r\n"))
    }

    @Test("Commands of the TRANSACTION state, APOP and nonsense are refused; QUIT ends") func others() {
        var site = Site()
        site.hear("STAT\r\nAPOP a b\r\nPASS x\r\n\(String(repeating: "x", count: 20_000))\r\nQUIT\r\n")
        #expect(
            site.said == "-ERR This command does not fit here\r\n-ERR Unknown command\r\n-ERR This command does not fit here\r\n"
                + "-ERR Line too long\r\n+OK Goodbye\r\n")
        #expect(site.closed)
    }

    @Test("Three wrong logins end the session") func guessing() {
        var site = Site()
        for _ in 0..<4 { site.hear("USER a\r\nPASS b\r\n") }
        #expect(site.closed)
        #expect(site.logins.count == 3)
    }

    @Test("When logins cannot be checked the client may try again") func unavailable() {
        var site = Site()
        site.handsOver = false
        site.hear("USER a\r\nPASS secret\r\n")
        #expect(site.said.hasSuffix("-ERR [SYS/TEMP] Logins cannot be checked now; please try again later\r\n"))
    }
}
