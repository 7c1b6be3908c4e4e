import Runtime
import Testing

@Suite("IMAP: COPY, MOVE, EXPUNGE")
struct IMAPCopyMoveTests {
    @EventLoopActor static func client() async throws -> Dialogue {
        let domain = try await CompanyDomain.make()
        let client = try await domain.imap(try await domain.user("ann"))
        for id in 1...4 { try await client.append(Sample.note(id)) }
        #expect(try await client.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        return client
    }

    @Test("COPY takes flags along, and tells the UIDs on both sides (RFC 4315 §3)") @EventLoopActor func copy() async throws {
        try await Self.client().says(#"""
            C: a STORE 2 +FLAGS.SILENT (\Seen $Label1)
            S: a OK STORE completed
            C: b COPY 2:3 Archive
            S: b OK [COPYUID … 2:3 1:2] COPY completed
            C: c STATUS Archive (MESSAGES UNSEEN)
            S: * STATUS Archive (MESSAGES 2 UNSEEN 1)
            S: c OK STATUS completed
            C: d UID COPY 4 Archive
            S: d OK [COPYUID … 4 3] COPY completed
            C: e UID COPY 99 Archive
            S: e OK COPY completed
            C: f COPY 1 nowhere
            S: f NO [TRYCREATE] …
            """#)
    }

    @Test("MOVE tells the UIDs, then removes (RFC 6851 §4.3)") @EventLoopActor func move() async throws {
        try await Self.client().says(#"""
            C: a MOVE 2:3 Archive
            S: * OK [COPYUID … 2:3 1:2] Moved
            S: * 2 EXPUNGE
            S: * 2 EXPUNGE
            S: a OK MOVE completed
            C: b UID MOVE 4 Archive
            S: * OK [COPYUID … 4 3] Moved
            S: * 2 EXPUNGE
            S: b OK MOVE completed
            C: c MOVE 1 nowhere
            S: c NO [TRYCREATE] …
            C: d SEARCH ALL
            S: * SEARCH 1
            S: d OK SEARCH completed
            """#)
    }

    @Test("EXPUNGE counts numbers down as it goes; UID EXPUNGE removes only those named")
    @EventLoopActor func expunge() async throws {
        try await Self.client().says(#"""
            C: a STORE 1:3 +FLAGS.SILENT (\Deleted)
            S: a OK STORE completed
            C: b UID EXPUNGE 3:4
            S: * 3 EXPUNGE
            S: b OK EXPUNGE completed
            C: c EXPUNGE
            S: * 1 EXPUNGE
            S: * 1 EXPUNGE
            S: c OK EXPUNGE completed
            C: d UID FETCH 1:* UID
            S: * 1 FETCH (UID 4)
            S: d OK FETCH completed
            """#)
    }
}
