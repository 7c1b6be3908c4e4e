import Runtime
import Testing

@Suite("IMAP: SELECT, EXAMINE, STATUS")
struct IMAPSelectTests {
    @EventLoopActor static func client() async throws -> Dialogue {
        let domain = try await CompanyDomain.make()
        return try await domain.imap(try await domain.user("ann"))
    }

    @Test("SELECT of an empty mailbox tells all that RFC 3501 §6.3.1 requires") @EventLoopActor func empty() async throws {
        try await Self.client().says(#"""
            C: a SELECT INBOX
            S: * 0 EXISTS
            S: * 0 RECENT
            S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
            S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Flags that can be changed
            S: * OK [UIDVALIDITY …] UIDs are valid
            S: * OK [UIDNEXT 1] Predicted next UID
            S: a OK [READ-WRITE] SELECT completed
            C: b FETCH 1:* FLAGS
            S: b OK FETCH completed
            C: c FETCH 1 FLAGS
            S: c BAD There is no message with this sequence number
            C: d UID FETCH 1:* FLAGS
            S: d OK FETCH completed
            """#)
    }

    @Test("EXAMINE opens for reading only: no flag changes, nothing stops being recent")
    @EventLoopActor func examine() async throws {
        let client = try await Self.client()
        try await client.append(Sample.note(), to: "INBOX", "($Label1)")
        try await client.says(#"""
            C: a EXAMINE INBOX
            S: * 1 EXISTS
            S: * 1 RECENT
            S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft $Label1)
            S: * OK [PERMANENTFLAGS ()] No flag can be changed
            S: * OK [UNSEEN 1] First unseen message
            S: * OK [UIDVALIDITY …] UIDs are valid
            S: * OK [UIDNEXT 2] Predicted next UID
            S: a OK [READ-ONLY] EXAMINE completed
            C: b STORE 1 +FLAGS (\Seen)
            S: b NO [READ-ONLY] …
            C: c EXPUNGE
            S: c NO [READ-ONLY] …
            C: d MOVE 1 Trash
            S: d NO [READ-ONLY] …
            """#)
        #expect(try await client.section("BODY[]", of: 1) == Sample.note())
        try await client.says(#"""
            C: e FETCH 1 FLAGS
            S: * 1 FETCH (FLAGS (\Recent $Label1))
            S: e OK FETCH completed
            C: f STATUS INBOX (RECENT)
            S: * STATUS INBOX (RECENT 1)
            S: f OK STATUS completed
            """#)
    }

    @Test("A SELECT that fails leaves no mailbox selected (RFC 3501 §6.3.1)") @EventLoopActor func failed() async throws {
        try await Self.client().says(#"""
            C: a EXAMINE Sent
            S: * 0 EXISTS
            S: * 0 RECENT
            S: * FLAGS (…)
            S: * OK [PERMANENTFLAGS ()] …
            S: * OK [UIDVALIDITY …] …
            S: * OK [UIDNEXT 1] …
            S: a OK [READ-ONLY] EXAMINE completed
            C: b SELECT nope
            S: b NO [NONEXISTENT] There is no such mailbox
            C: c CHECK
            S: c BAD No mailbox is selected
            """#)
    }

    @Test("STATUS tells every item, of a mailbox that is not selected") @EventLoopActor func status() async throws {
        let client = try await Self.client()
        let size = Sample.note(1).utf8.count
        try await client.append(Sample.note(1), to: "Archive", #"(\Deleted)"#)
        try await client.append(Sample.note(2), to: "Archive", #"(\Seen)"#)
        try await client.says("""
            C: a STATUS Archive (MESSAGES RECENT UIDNEXT UNSEEN SIZE DELETED DELETED-STORAGE)
            S: * STATUS Archive (MESSAGES 2 RECENT 2 UIDNEXT 3 UNSEEN 1 SIZE \(2 * size) DELETED 1 DELETED-STORAGE \(size))
            S: a OK STATUS completed
            """)
    }

    @Test("CLOSE removes deleted messages without a word; UNSELECT leaves them") @EventLoopActor func close() async throws {
        let client = try await Self.client()
        try await client.append(Sample.note(), to: "INBOX", #"(\Deleted)"#)
        #expect(try await client.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        #expect(try await client.answer("UNSELECT") == ["OK UNSELECT completed"])
        #expect(try await client.answer("STATUS INBOX (MESSAGES)").first == "* STATUS INBOX (MESSAGES 1)")
        #expect(try await client.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        #expect(try await client.answer("CLOSE") == ["OK CLOSE completed"])
        #expect(try await client.answer("STATUS INBOX (MESSAGES)").first == "* STATUS INBOX (MESSAGES 0)")
    }
}
