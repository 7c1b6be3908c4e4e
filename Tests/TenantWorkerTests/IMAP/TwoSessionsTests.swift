import Runtime
import Testing

@Suite("IMAP: two sessions with one mailbox")
struct IMAPTwoSessionsTests {
    /// Two sessions of one user with three messages, all seen by both as existing.
    @EventLoopActor static func sessions() async throws -> (Dialogue, Dialogue) {
        let domain = try await CompanyDomain.make()
        let user = try await domain.user("ann")
        let one = try await domain.imap(user), other = try await domain.imap(user)
        for id in 1...3 { try await one.append(Sample.note(id)) }
        #expect(try await one.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        #expect(try await other.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        return (one, other)
    }

    @Test("EXPUNGE is told only when numbers may change (RFC 3501 §7.4.1); until then the old numbers hold")
    @EventLoopActor func expungeWaits() async throws {
        let (one, other) = try await Self.sessions()
        try await one.says(#"""
            C: a STORE 1 +FLAGS.SILENT (\Deleted)
            S: a OK STORE completed
            C: b EXPUNGE
            S: * 1 EXPUNGE
            S: b OK EXPUNGE completed
            """#)
        try await other.says(#"""
            C: a FETCH 1:3 UID
            S: * 2 FETCH (UID 2)
            S: * 3 FETCH (UID 3)
            S: a NO [EXPUNGEISSUED] Some of the messages no longer exist
            C: b SEARCH ALL
            S: * SEARCH 2 3
            S: b OK SEARCH completed
            C: c STORE 3 +FLAGS.SILENT (\Seen)
            S: c OK STORE completed
            C: d NOOP
            S: * 1 EXPUNGE
            S: d OK NOOP completed
            C: e FETCH 2 (UID FLAGS)
            S: * 2 FETCH (UID 3 FLAGS (\Seen))
            S: e OK FETCH completed
            """#)
    }

    @Test("Flags and new messages of one session are told to the other at its next command")
    @EventLoopActor func news() async throws {
        let (one, other) = try await Self.sessions()
        #expect(try await one.answer(#"STORE 2 +FLAGS.SILENT (\Flagged)"#) == ["OK STORE completed"])
        try await one.append(Sample.note(4))
        let news = try await other.answer("NOOP")
        #expect(Set(news) == ["* 4 EXISTS", "* 0 RECENT", #"* 2 FETCH (FLAGS (\Flagged))"#, "OK NOOP completed"])
    }

    @Test("A message is recent in one session only") @EventLoopActor func recent() async throws {
        let (one, other) = try await Self.sessions()
        #expect(try await one.answer("SEARCH RECENT").first == "* SEARCH 1 2 3")
        #expect(try await other.answer("SEARCH RECENT").first == "* SEARCH")
    }

    @Test("IDLE pushes new messages, flags and removals at once") @EventLoopActor func idle() async throws {
        let (one, other) = try await Self.sessions()
        try await other.says("""
            C: a IDLE
            S: + idling
            """)
        try await one.append(Sample.note(4))
        try await other.says("""
            S: * 4 EXISTS
            S: * … RECENT
            """)
        #expect(try await one.answer(#"STORE 4 +FLAGS.SILENT (\Deleted)"#) == ["OK STORE completed"])
        try await other.says(#"S: * 4 FETCH (FLAGS (\Deleted…))"#)
        #expect(try await one.answer("EXPUNGE") == ["* 4 EXPUNGE", "OK EXPUNGE completed"])
        try await other.says("""
            S: * 4 EXPUNGE
            C: DONE
            S: a OK IDLE completed
            """)
    }

    @Test("Who has a mailbox selected that another session deletes, hears BYE") @EventLoopActor func deleted() async throws {
        let (one, other) = try await Self.sessions()
        #expect(try await one.answer("CREATE gone") == ["OK CREATE completed"])
        #expect(try await other.answer("SELECT gone").last == "OK [READ-WRITE] SELECT completed")
        try await other.says("""
            C: a IDLE
            S: + idling
            """)
        #expect(try await one.answer("DELETE gone") == ["OK DELETE completed"])
        try await other.says("S: * BYE The selected mailbox was deleted")
        try await other.hearsTheEnd()
    }

    /// RFC 3501 §7.4.1 forbids the response in FETCH, STORE and SEARCH, whose UID forms may have it.
    static let commands: [(command: String, tellsExpunge: Bool)] = [
        ("FETCH 2 UID", false), (#"STORE 2 +FLAGS.SILENT (\Seen)"#, false), ("SEARCH 2", false), ("UID FETCH 2 UID", true),
        (#"UID STORE 2 +FLAGS.SILENT (\Seen)"#, true), ("UID SEARCH UID 2", true), ("NOOP", true), ("CHECK", true),
        ("STATUS Sent (MESSAGES)", true), ("COPY 2 Archive", true),
    ]
    @Test("EXPUNGE is told behind these commands, and not behind those", arguments: commands)
    @EventLoopActor func expungeAllowed(command: String, tellsExpunge: Bool) async throws {
        let (one, other) = try await Self.sessions()
        #expect(try await one.answer(#"STORE 1 +FLAGS.SILENT (\Deleted)"#) == ["OK STORE completed"])
        #expect(try await one.answer("EXPUNGE") == ["* 1 EXPUNGE", "OK EXPUNGE completed"])
        let answer = try await other.answer(command)
        #expect(answer.contains("* 1 EXPUNGE") == tellsExpunge)
        #expect(answer.last?.hasPrefix("OK ") == true)
    }

    @Test("A client that does not read holds nobody else up, and its session ends when it goes")
    @EventLoopActor func stalledReader() async throws {
        let (one, other) = try await Self.sessions()
        let large = "Subject: large\r\n\r\n" + String(repeating: String(repeating: "x", count: 998) + "\r\n", count: 1000)
        for _ in 0..<5 { try await one.append(large, to: "Archive") }
        #expect(try await other.answer("SELECT Archive").first == "* 5 EXISTS")
        try await other.says("C: a FETCH 1:* BODY.PEEK[]")
        #expect(try await one.answer("SEARCH ALL").first == "* SEARCH 1 2 3")
        await other.hangUp()
        #expect(try await one.answer("NOOP") == ["OK NOOP completed"])
    }
}
