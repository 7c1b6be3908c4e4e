import Runtime
import TenantWorker
import Testing

@Suite("IMAP: APPEND")
struct IMAPAppendTests {
    @Test("A literal is asked for, a literal+ is taken without asking (RFC 7888)") @EventLoopActor func literals() async throws {
        let domain = try await CompanyDomain.make()
        try await domain.imap(try await domain.user("ann")).says(#"""
            C: a APPEND Drafts (\Draft $Label1) " 7-Feb-1994 21:52:25 -0800" {19}
            S: + Ready for literal data
            C: Subject: x
            C:
            C: Hello
            S: a OK [APPENDUID … 1] APPEND completed
            C: b APPEND Drafts {19+}
            C: Subject: y
            C:
            C: Hello
            S: b OK [APPENDUID … 2] APPEND completed
            C: c EXAMINE Drafts
            S: * 2 EXISTS
            S: * 2 RECENT
            S: * FLAGS (…$Label1)
            S: * OK [PERMANENTFLAGS ()] …
            S: * OK [UNSEEN 1] …
            S: * OK [UIDVALIDITY …] …
            S: * OK [UIDNEXT 3] …
            S: c OK [READ-ONLY] EXAMINE completed
            C: d FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)
            S: * 1 FETCH (FLAGS (\Draft \Recent $Label1) INTERNALDATE " 8-Feb-1994 05:52:25 +0000" RFC822.SIZE 19)
            S: d OK FETCH completed
            """#)
    }

    @Test("A mailbox that is none can be created (RFC 3501 §6.3.11)") @EventLoopActor func tryCreate() async throws {
        let domain = try await CompanyDomain.make()
        try await domain.imap(try await domain.user("ann")).says("""
            C: a APPEND nowhere {1+}
            C: x
            S: a NO [TRYCREATE] …
            """)
    }

    @Test("A message larger than is taken here is refused before it is sent (RFC 7889)")
    @EventLoopActor func tooLarge() async throws {
        let domain = try await CompanyDomain.make()
        try await domain.imap(try await domain.user("ann"), limits: IMAPLimits(message: 100)).says("""
            C: a APPEND INBOX {101}
            S: a NO [TOOBIG] …
            C: b NOOP
            S: b OK NOOP completed
            """)
    }

    @Test("Over quota nothing is stored, and moving still works (RFC 9208 §5.3)") @EventLoopActor func overQuota() async throws {
        let domain = try await CompanyDomain.make()
        let client = try await domain.imap(try await domain.user("ann", bytes: 300))
        let message = Sample.note()
        try await client.append(message)
        #expect(try await client.answer("APPEND INBOX {\(message.utf8.count)+}\r\n\(message)").last?.hasPrefix("NO [OVERQUOTA] ") == true)
        #expect(try await client.answer("SELECT INBOX").first == "* 1 EXISTS")
        #expect(try await client.answer("COPY 1 Archive").last?.hasPrefix("NO [OVERQUOTA] ") == true)
        try await client.says("""
            C: a MOVE 1 Archive
            S: * OK [COPYUID … 1 1] Moved
            S: * 1 EXPUNGE
            S: a OK MOVE completed
            """)
    }
}
