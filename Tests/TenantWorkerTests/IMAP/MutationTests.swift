import Runtime
import TenantWorker
import Testing

@Suite("IMAP: commands with mistakes")
struct IMAPMutationTests {
    static let commands = [
        "NOOP", "CAPABILITY", #"LIST "" "*""#, #"LSUB "" %"#, "SELECT INBOX", "EXAMINE Sent", "CREATE a/b", "RENAME a c", "SUBSCRIBE a",
        "STATUS INBOX (MESSAGES UNSEEN SIZE)", "FETCH 1:* (FLAGS UID ENVELOPE BODYSTRUCTURE)",
        "FETCH 1,3 BODY.PEEK[HEADER.FIELDS (Subject)]",
        "FETCH 2 (BODY[TEXT]<0.10> RFC822.SIZE INTERNALDATE)", "UID FETCH 1:* BODY[1.MIME]", #"STORE 1:2 +FLAGS (\Seen $Label)"#,
        #"UID STORE 1:* -FLAGS.SILENT (\Deleted)"#, #"SEARCH OR SEEN (NOT FROM "ann" SINCE 1-Feb-1994) UID 1:*"#,
        "SEARCH CHARSET UTF-8 HEADER Subject x", "COPY 1 Archive", "UID COPY 1:* Trash", "EXPUNGE", "GETQUOTAROOT INBOX", #"ID ("a" "b")"#,
    ]

    /// The same octets in each run.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    /// One to three octets of a command changed, taken out, or put in; literals, which would swallow the next command, aside.
    private static func mutated(_ command: String, _ dice: inout Dice) -> [UInt8] {
        var octets = Array(command.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &dice) where !octets.isEmpty {
            let place = Int.random(in: 0..<octets.count, using: &dice)
            switch Int.random(in: 0..<3, using: &dice) {
            case 0: octets[place] = UInt8.random(in: 0...255, using: &dice)
            case 1: octets.remove(at: place)
            default: octets.insert(Array(#"()*%"\ :,91[]<>"#.utf8).randomElement(using: &dice) ?? 0, at: place)
            }
        }
        return octets.filter { $0 != UInt8(ascii: "{") }
    }

    @Test("Whatever a client mistypes, the session answers, and no error is ours", arguments: 1...8)
    @EventLoopActor func mistyped(seed: Int) async throws {
        let domain = try await CompanyDomain.make()
        var limits = IMAPLimits(message: 10_000)
        limits.nonsense = .max
        let client = try await domain.imap(try await domain.user("ann"), limits: limits)
        for id in 1...3 { try await client.append(Sample.note(id)) }
        var dice = Dice(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<10 {
            var sent = Array("s SELECT INBOX\r\n".utf8)
            for command in Self.commands.shuffled(using: &dice) { sent += Array("m ".utf8) + Self.mutated(command, &dice) + [13, 10] }
            try await client.sends(sent + Array("end NOOP\r\n".utf8))
            while true {
                let line = try #require(try await client.line())
                #expect(!line.contains("SERVERBUG"))
                if line.hasPrefix("end ") { break }
            }
        }
    }
}
