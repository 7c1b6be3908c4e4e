import AdminAPI
import AdminShell
import FoundationEssentials
import Testing

/// What `explain` reads and sends of a message in a file.
struct MessageFileTests {
    private func sent(_ message: [UInt8], _ line: String) throws -> ExplainedMessage {
        let path = "/tmp/casella-message-\(UInt64.random(in: .min ... .max))"
        try Data(message).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bench = Bench()
        _ = try bench.run("\(line) \(path)")
        let made = try #require(bench.transport.made.first)
        // As mail, where each line ends in CRLF.
        let lone = zip([0] + message, message).filter { $0 != 13 && $1 == 10 }.count
        #expect(made.contains("size=\(message.count + lone) "))
        let body = try #require(made.split(separator: " ", maxSplits: 2).last)
        return try JSONDecoder().decode(ExplainedMessage.self, from: Data(body.utf8))
    }

    @Test("Of a message the header alone is sent, with the line ends of mail", arguments: [
        "explain delivery --to ann@acme.example", "explain send ann@acme.example",
    ])
    func header(line: String) throws {
        let secret = Array("Nobody else's business\n".utf8)
        let plain = Array("Subject: \u{e4}\nFrom: a@b.example\n\n".utf8)
        let proper = Array("Subject: \u{e4}\r\nFrom: a@b.example\r\n\r\n".utf8)
        #expect(try sent(plain + secret, line).octets() == proper)
        #expect(try sent(proper + secret, line).octets() == proper)
        #expect(try sent([0, 255, 10, 10] + secret, line).octets() == [0, 255, 13, 10, 13, 10])
        #expect(try sent(Array(repeating: 65, count: 100_000), line).octets()?.count == ExplainedMessage.limit)
    }

    @Test("Without a file there is no message, and what no octet is is refused") func octets() throws {
        #expect(try ExplainedMessage().octets() == nil)
        let strange = try JSONDecoder().decode(ExplainedMessage.self, from: Data(#"{"header":"\u20ac"}"#.utf8))
        #expect(throws: AdminError.self) { try strange.octets() }
        #expect("\(ExplainedMessage(header: Array("x".utf8)))" == "a message")
    }
}
