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

    @Test("How much of it is read does not depend on what it is and how it comes", arguments: ["x", "\n", "\0"], [1, 7, 5_000])
    func waste(of text: String, pieces: Int) {
        for (beginning, end) in [("DATA\r\nx\ny", "\r\n.\r\n"), ("BDAT 2003\r\nx\ny", "BDAT 0 LAST\r\n")] {
            for (count, isTooMuch) in [(900, false), (2_000, true)] {
                var site = Site(door: .transport) { $0.maximumMessageSize = 1000 }
                site.hear("HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n")
                let announced = beginning.replacing("2003", with: "\(count + 3)")
                site.hear(announced + String(repeating: text, count: count) + end + "NOOP\r\n", inPiecesOf: pieces)
                #expect(site.closed == isTooMuch)
                #expect(site.codes().last == (isTooMuch ? "552 5.3.4" : "250 2.0.0"))
            }
        }
    }
}
