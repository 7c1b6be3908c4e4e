import SASL
import Testing

@Suite("PLAIN and LOGIN") struct SASLServerExchangeTests {
    static let tim = SASLCredentials(authentication: "tim", password: "tanstaaftanstaaf")

    @Test("PLAIN takes its message as initial response or after an empty challenge (RFC 4616 §4)") func plain() {
        var exchange = SASLServerExchange(.plain)
        #expect(exchange.start(initialResponse: Array("\0tim\0tanstaaftanstaaf".utf8)) == .credentials(Self.tim))
        var slow = SASLServerExchange(.plain)
        #expect(slow.start(initialResponse: nil) == .challenge([]))
        #expect(slow.receive(Self.tim.plainMessage) == .credentials(Self.tim))
        #expect(slow.receive(Self.tim.plainMessage) == .malformed)
    }

    @Test("PLAIN with an authorization identity (RFC 4616 §4)") func authorization() {
        let credentials = SASLCredentials(plain: Array("Ursel\0Kurt\0xipj3plmq".utf8))
        #expect(credentials == SASLCredentials(authorization: "Ursel", authentication: "Kurt", password: "xipj3plmq"))
        #expect(credentials?.actsForAnother == true)
        #expect(credentials?.description.contains("xipj3plmq") == false)
    }

    static let malformed = ["", "tim", "\0tim", "\0tim\0", "\0\0secret", "a\0b\0c\0d", "\0" + String(repeating: "x", count: 256) + "\0p"]

    @Test("A message of PLAIN that is none is refused", arguments: malformed) func refusal(message: String) {
        #expect(SASLCredentials(plain: Array(message.utf8)) == nil)
    }

    @Test("Octets that are not UTF-8 are refused") func notText() { #expect(SASLCredentials(plain: [0, 0xFF, 0, 0x61]) == nil) }

    @Test("LOGIN asks for name and password") func login() {
        var exchange = SASLServerExchange(.login)
        #expect(exchange.start(initialResponse: nil) == .challenge(Array("Username:".utf8)))
        #expect(exchange.receive(Array("tim".utf8)) == .challenge(Array("Password:".utf8)))
        #expect(exchange.receive(Array("tanstaaftanstaaf".utf8)) == .credentials(Self.tim))
        var quick = SASLServerExchange(.login)
        #expect(quick.start(initialResponse: Array("tim".utf8)) == .challenge(Array("Password:".utf8)))
        #expect(quick.receive([]) == .malformed)
    }

    @Test("Mechanisms are found in any case, and only those that there are") func mechanisms() {
        #expect(SASLMechanism(named: "plain".utf8) == .plain)
        #expect(SASLMechanism(named: "CRAM-MD5".utf8) == nil)
    }
}
