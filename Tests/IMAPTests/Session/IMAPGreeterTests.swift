import IMAP
import SASL
import Testing

@Suite("Before login") struct IMAPGreeterTests {
    /// Plays the client's text; the server's replies as text, other actions in brackets.
    static func dialogue(_ greeter: inout IMAPGreeter, _ text: String) -> [String] {
        var input = Array(text.utf8)[...]
        var found: [String] = []
        while !input.isEmpty, greeter.takesInput { found += greeter.receive(&input).map(words) }
        return found
    }
    static func words(_ action: IMAPGreeter.Action) -> String {
        switch action {
        case .reply(let bytes): String(decoding: bytes.dropLast(2), as: UTF8.self)
        case .startTLS: "[startTLS]"
        case .authenticate(let credentials, let tag): "[\(tag) \(credentials.authentication):\(credentials.password)]"
        case .handOver(let tag): "[handOver \(tag)]"
        case .close: "[close]"
        }
    }
    static func greeter(encrypted: Bool = true, loopback: Bool = false) -> IMAPGreeter {
        IMAPGreeter(
            policy: .init(hostname: "mx.test", offersTLS: true, isEncrypted: encrypted, allowsPlaintextLogin: loopback, nonsense: 4))
    }
    typealias Tests = IMAPGreeterTests

    @Test("Without TLS no password is taken (RFC 3501 §6.2.3)") func loginDisabled() {
        var greeter = Tests.greeter(encrypted: false)
        #expect(
            greeter.greeting().map(Tests.words) == [
                "* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID ENABLE IDLE STARTTLS LOGINDISABLED] mx.test IMAP4rev1 service ready"
            ])
        #expect(
            Tests.dialogue(&greeter, "a LOGIN x y\r\nb AUTHENTICATE PLAIN\r\n") == [
                "a NO [PRIVACYREQUIRED] Please use TLS to log in", "b NO [PRIVACYREQUIRED] Please use TLS to log in",
            ])
    }

    @Test("What was sent behind STARTTLS is thrown away") func startTLS() {
        var greeter = Tests.greeter(encrypted: false)
        #expect(Tests.dialogue(&greeter, "a STARTTLS\r\nb LOGIN x y\r\n") == ["a OK Begin TLS negotiation now", "[startTLS]"])
        greeter.tlsStarted()
        #expect(
            Tests.dialogue(&greeter, "c CAPABILITY\r\nd STARTTLS\r\n") == [
                "* CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID ENABLE IDLE AUTH=PLAIN AUTH=LOGIN", "c OK CAPABILITY completed",
                "d BAD TLS is active already",
            ])
    }

    @Test("LOGIN hands over, and leaves what follows unread") func login() {
        var greeter = Tests.greeter()
        var input = Array("a LOGIN {3+}\r\nfoo \"b r\"\r\nb SELECT INBOX\r\n".utf8)[...]
        #expect(greeter.receive(&input).map(Tests.words) == ["[a foo:b r]"])
        #expect(!greeter.takesInput && Array(input) == Array("b SELECT INBOX\r\n".utf8))
        #expect(greeter.loginFinished(.accepted) == [.handOver(tag: "a")])
    }

    @Test("AUTHENTICATE PLAIN with and without initial response, and LOGIN") func authenticate() {
        var greeter = Tests.greeter()
        #expect(Tests.dialogue(&greeter, "a AUTHENTICATE PLAIN AGZvbwBiYXI=\r\n") == ["[a foo:bar]"])
        #expect(
            greeter.loginFinished(.unavailable).map(Tests.words) == [
                "a NO [UNAVAILABLE] Login is not possible at the moment; please try again in a few minutes"
            ])
        #expect(Tests.dialogue(&greeter, "b authenticate plain\r\nAGZvbwBiYXI=\r\n") == ["+ ", "[b foo:bar]"])
        _ = greeter.loginFinished(.refused)
        #expect(Tests.dialogue(&greeter, "c AUTHENTICATE LOGIN\r\nZm9v\r\nYmFy\r\n").last == "[c foo:bar]")
        _ = greeter.loginFinished(.refused)
        #expect(Tests.dialogue(&greeter, "d AUTHENTICATE PLAIN\r\n*\r\n") == ["+ ", "d BAD Authentication cancelled"])
        #expect(
            Tests.dialogue(&greeter, "e AUTHENTICATE PLAIN\r\n!!\r\nf AUTHENTICATE X\r\n") == [
                "+ ", "e BAD The response is not base64", "f NO [CANNOT] Unsupported authentication mechanism",
            ])
    }

    @Test("A response that cannot be read ends its AUTHENTICATE") func unreadableResponse() {
        var greeter = Tests.greeter()
        #expect(
            Tests.dialogue(&greeter, "a AUTHENTICATE PLAIN\r\nAGZ\0vbwBiYXI=\r\nAGZvbwBiYXI=\r\nb NOOP\r\n") == [
                "+ ", "a BAD NUL is not allowed", "AGZvbwBiYXI= BAD Syntax error: expected a space", "b OK NOOP completed",
            ])
    }

    @Test("The third failure ends the connection") func failures() {
        var greeter = Tests.greeter()
        for tag in ["a", "b", "c"] {
            _ = Tests.dialogue(&greeter, "\(tag) LOGIN x y\r\n")
            let answer = greeter.loginFinished(.refused).map(Tests.words)
            #expect(answer.first == "\(tag) NO [AUTHENTICATIONFAILED] Authentication failed.")
            #expect(answer.contains("[close]") == (tag == "c"))
        }
    }

    @Test("So does nonsense, such as HTTP") func nonsense() {
        var greeter = Tests.greeter()
        let answers = Tests.dialogue(&greeter, "GET / HTTP/1.1\r\nHost: x\r\n\r\na SELECT INBOX\r\nb NOOP\r\n")
        #expect(answers.count == 6 && answers.last == "[close]")
    }

    @Test("NOOP, ID and LOGOUT") func others() {
        var greeter = Tests.greeter()
        #expect(
            Tests.dialogue(&greeter, "a NOOP\r\nb ID NIL\r\nc LOGOUT\r\nd NOOP\r\n") == [
                "a OK NOOP completed", "* ID (\"name\" \"Casella\")", "b OK ID completed", "* BYE Logging out", "c OK LOGOUT completed",
                "[close]",
            ])
    }
}
