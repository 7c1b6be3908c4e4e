import Runtime
import Testing

@Suite("IMAP: STORE")
struct IMAPStoreTests {
    @Test("Flags are added, removed and replaced, and told unless .SILENT; \\Recent is not the client's to change")
    @EventLoopActor func store() async throws {
        let domain = try await CompanyDomain.make()
        let client = try await domain.imap(try await domain.user("ann"))
        for id in 1...3 { try await client.append(Sample.note(id)) }
        #expect(try await client.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        try await client.says(#"""
            C: a STORE 1:2 +FLAGS (\Deleted \Seen)
            S: * 1 FETCH (FLAGS (\Deleted \Seen \Recent))
            S: * 2 FETCH (FLAGS (\Deleted \Seen \Recent))
            S: a OK STORE completed
            C: b STORE 2 -FLAGS \Deleted
            S: * 2 FETCH (FLAGS (\Seen \Recent))
            S: b OK STORE completed
            C: c STORE 3 +FLAGS.SILENT (\Flagged)
            S: c OK STORE completed
            C: d STORE 3 -FLAGS.SILENT (\Seen)
            S: d OK STORE completed
            C: e UID STORE 3 FLAGS (\Answered)
            S: * 3 FETCH (UID 3 FLAGS (\Answered \Recent))
            S: e OK STORE completed
            C: f STORE 1:3 FLAGS.SILENT ()
            S: f OK STORE completed
            C: g FETCH 1:3 FLAGS
            S: * 1 FETCH (FLAGS (\Recent))
            S: * 2 FETCH (FLAGS (\Recent))
            S: * 3 FETCH (FLAGS (\Recent))
            S: g OK FETCH completed
            C: h STORE 9 FLAGS ()
            S: h BAD …
            C: i UID STORE 9 FLAGS ()
            S: i OK STORE completed
            C: j STORE 1 -FLAGS (\Recent)
            S: * 1 FETCH (FLAGS (\Recent))
            S: j OK STORE completed
            """#)
    }

    @Test("A keyword is announced in FLAGS before a message shows it (RFC 3501 §7.2.6), once for all its cases (RFC 9051 §2.3.2)")
    @EventLoopActor func keyword() async throws {
        let domain = try await CompanyDomain.make()
        let client = try await domain.imap(try await domain.user("ann"))
        for id in 1...2 { try await client.append(Sample.note(id)) }
        #expect(try await client.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        try await client.says(#"""
            C: a STORE 1 +FLAGS (Urgent)
            S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft Urgent)
            S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft Urgent \*)] …
            S: * 1 FETCH (FLAGS (\Recent Urgent))
            S: a OK STORE completed
            C: b STORE 1 +FLAGS (urgent)
            S: * 1 FETCH (FLAGS (\Recent Urgent))
            S: b OK STORE completed
            C: c STORE 2 +FLAGS (URGENT)
            S: * 2 FETCH (FLAGS (\Recent URGENT))
            S: c OK STORE completed
            """#)
    }
}
