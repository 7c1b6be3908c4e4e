import SMTP
import Testing

@Suite("What a client may do without end") struct BoundsTests {
    static func repeated(_ line: String, _ count: Int) -> String { String(repeating: line + "\r\n", count: count) }

    @Test("Recipients beyond the limit are refused for a while, then they are errors") func recipients() {
        var site = Site(door: .transport) {
            $0.maximumRecipients = 2
            $0.maximumOvershoot = 3
            $0.maximumErrors = 2
        }
        site.hear("HELO x\r\nMAIL FROM:<>\r\n" + Self.repeated("RCPT TO:<a@b>", 20))
        let expected = ["250 2.1.5", "250 2.1.5"] + Array(repeating: "452 4.5.3", count: 5) + ["421 4.7.0"]
        #expect(Array(site.codes().dropFirst(3)) == expected)
        #expect(site.closed)
    }

    static let idle = ["NOOP", "RSET", "VRFY x", "HELP", "EHLO x"]

    @Test("Commands that lead nowhere end a session, unless a message comes between", arguments: idle) func idleCommands(command: String) {
        var site = Site(door: .transport) { $0.maximumIdleCommands = 3 }
        site.hear("HELO x\r\n" + Self.repeated(command, 2))
        site.hear("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n\r\n.\r\n" + Self.repeated(command, 3))
        #expect(!site.closed)
        site.hear(Self.repeated(command, 1))
        #expect(site.codes().last == "421 4.7.0")
        #expect(site.closed)
    }

    @Test("Our own processes may ask as often as they like") func innerDoor() {
        var site = Site(door: .lmtp) { $0.maximumIdleCommands = 3 }
        site.hear(Self.repeated("NOOP", 50))
        #expect(!site.closed)
    }

    @Test("What is thrown away is not read for ever", arguments: ["DATA", "BDAT 900000000"]) func waste(command: String) {
        var site = Site(door: .transport) { $0.maximumMessageSize = 1000 }
        site.hear("HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n\(command)\r\n")
        site.hear(Self.repeated("x", 600), inPiecesOf: 100)
        #expect(!site.closed)
        site.hear(Self.repeated("x", 200), inPiecesOf: 100)
        #expect(site.codes().last == "552 5.3.4")
        #expect(site.closed)
    }
}
