import SASL
import SMTP
import Testing

@Suite("AUTH (RFC 4954)") struct AuthenticationTests {
    static func submission(_ change: (inout SMTPServerConfiguration) -> Void = { _ in }) -> Site {
        var site = Site(door: .submission) {
            $0.isEncrypted = true
            change(&$0)
        }
        site.hear("EHLO client.example\r\n")
        _ = site.codes()
        return site
    }

    static func base64(_ text: String) -> String { String(decoding: Base64.encode(text.octets), as: UTF8.self) }

    @Test("PLAIN with and without initial response") func plain() {
        for pieces in [Int.max, 1] {
            var site = Self.submission()
            site.hear("AUTH PLAIN \(Self.base64("\0ann\0secret"))\r\n", inPiecesOf: pieces)
            #expect(site.codes() == ["235 2.7.0"])
            site.hear("AUTH PLAIN\r\nMAIL FROM:<a@b>\r\n", inPiecesOf: pieces)
            #expect(site.codes() == ["503 5.5.1", "250 2.1.0"])
            site = Self.submission()
            site.hear("AUTH PLAIN\r\n\(Self.base64("\0ann\0secret"))\r\n", inPiecesOf: pieces)
            #expect(site.codes() == ["334", "235 2.7.0"])
        }
    }

    @Test("LOGIN asks twice") func login() {
        var site = Self.submission()
        site.hear("AUTH LOGIN\r\n\(Self.base64("ann"))\r\n\(Self.base64("secret"))\r\n")
        #expect(site.said == "334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n235 2.7.0 Authentication succeeded\r\n")
        #expect(site.logins == [SASLCredentials(authentication: "ann", password: "secret")])
    }

    static let refusals: [(String, [String])] = [
        ("AUTH PLAIN\r\n*\r\n", ["334", "501 5.7.0"]), ("AUTH PLAIN =\r\n", ["501 5.5.2"]), ("AUTH PLAIN !\r\n", ["501 5.5.2"]),
        ("AUTH CRAM-MD5\r\n", ["504 5.5.4"]), ("AUTH PLAIN\r\nMAIL FROM:<a@b>\r\n", ["334", "501 5.5.2"]),
        ("AUTH PLAIN \(base64("\0ann\0wrong"))\r\n", ["535 5.7.8"]), ("MAIL FROM:<a@b>\r\n", ["530 5.7.0"]),
        ("AUTH PLAIN\r\n\(String(repeating: "A", count: 13_000))\r\n", ["334", "501 5.5.2"]),
    ]

    @Test("What is wrong is refused, and the session goes on", arguments: refusals) func refusal(text: String, codes: [String]) {
        var site = Self.submission()
        site.hear(text + "NOOP\r\n")
        #expect(site.codes() == codes + ["250 2.0.0"])
    }

    @Test("Without TLS no login is taken, unless that is allowed") func needsEncryption() {
        var site = Self.submission {
            $0.isEncrypted = false; $0.offersStartTLS = true
        }
        site.hear("AUTH PLAIN AGEAYg==\r\nMAIL FROM:<a@b>\r\n")
        #expect(site.codes() == ["538 5.7.11", "530 5.7.0"])
        #expect(site.logins.isEmpty)
        site = Self.submission {
            $0.isEncrypted = false; $0.allowsPlaintextLogin = true
        }
        site.hear("AUTH PLAIN \(Self.base64("\0ann\0secret"))\r\n")
        #expect(site.codes() == ["235 2.7.0"])
    }

    @Test("Three wrong logins close the session") func guessing() {
        var site = Self.submission()
        for _ in 0..<4 { site.hear("AUTH PLAIN \(Self.base64("\0ann\0wrong"))\r\n") }
        #expect(site.codes() == ["535 5.7.8", "535 5.7.8", "535 5.7.8", "421 4.7.0"])
        #expect(site.closed)
    }

    @Test("A login that is handed over ends the session here; what follows it is kept for the next") func handedOver() {
        var configuration = SMTPServerConfiguration(door: .submission, hostname: "mx.example")
        configuration.isEncrypted = true
        var server = SMTPServer(configuration)
        server.feed("EHLO me.example\r\nAUTH PLAIN \(Self.base64("\0ann\0secret"))\r\nMAIL FROM:<a@b>\r\n".octets)
        var asked = false
        while let action = server.next() {
            if case .authenticate = action {
                asked = true
                #expect(server.next() == nil)
                server.answer(.authentication(.handedOver))
            }
        }
        #expect(asked)
        #expect(server.clientName == "me.example")
        #expect(server.takeUnread() == "MAIL FROM:<a@b>\r\n".octets)
    }

    @Test("A session that goes on after the login takes MAIL at once, without a greeting") func resumed() {
        var site = Site(door: .submission) { $0.resumedAfterLogin = .init("me.example") }
        site.hear("MAIL FROM:<a@b> RET=HDRS\r\nRCPT TO:<c@d> NOTIFY=NEVER\r\nAUTH PLAIN\r\nEHLO again\r\nDATA\r\n")
        #expect(site.codes().filter { !$0.hasPrefix("250-") } == ["250 2.1.0", "250 2.1.5", "503 5.5.1", "250", "503 5.5.1"])
    }
}
