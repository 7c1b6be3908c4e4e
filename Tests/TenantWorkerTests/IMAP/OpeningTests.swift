import Foundation
import Runtime
import Testing

@Suite("IMAP: a mailbox that the next worker opens")
@EventLoopActor struct IMAPOpeningTests {
    /// A user with 40 messages, the first of which is seen and has a keyword, in the company of the next worker.
    static func reopened(isDamaged: Bool) async throws -> (domain: CompanyDomain, user: Int64) {
        let company = try await Company.open()
        let domain = try await company.domain()
        let user = try await domain.user("ann")
        let client = try await domain.imap(user)
        for number in 1...40 { try await client.append(Sample.note(number), to: "INBOX", number == 1 ? #"(\Seen $Label1)"# : "") }
        #expect(try await client.answer("SELECT INBOX").first == "* 40 EXISTS")
        await client.hangUp()
        let next = try await company.reopened()
        if isDamaged {
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: next.snapshotFolder).first)
            let file = URL(filePath: "\(next.snapshotFolder)/\(name)")
            var octets = try Data(contentsOf: file)
            octets[octets.count - 1] ^= 1
            try octets.write(to: file)
        }
        return (CompanyDomain(company: next, id: domain.id, name: domain.name), user)
    }

    private static let answer = #"""
        S: * 40 EXISTS
        S: * 0 RECENT
        S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft $Label1)
        S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft $Label1 \*)] Flags that can be changed
        S: * OK [UNSEEN 2] First unseen message
        S: * OK [UIDVALIDITY …] UIDs are valid
        S: * OK [UIDNEXT 41] Predicted next UID
        S: a OK [READ-WRITE] SELECT completed
        """#

    @Test("SELECT is answered ahead of the messages, and what is asked behind it waits for them", arguments: [false, true])
    func pipelined(isDamaged: Bool) async throws {
        let (domain, user) = try await Self.reopened(isDamaged: isDamaged)
        let client = try await domain.imap(user)
        try await client.says(#"""
            C: a SELECT INBOX
            C: b FETCH 1:2 (UID FLAGS)
            C: c UID SEARCH KEYWORD $Label1
            """# + "\n" + Self.answer + "\n" + #"""
            S: * 1 FETCH (UID 1 FLAGS (\Seen $Label1))
            S: * 2 FETCH (UID 2 FLAGS ())
            S: b OK FETCH completed
            S: * SEARCH 1
            S: c OK SEARCH completed
            """#)
        #expect(try await client.section("BODY[]", of: 40) == Sample.note(40))
        await domain.company.store.close()
    }

    @Test("Mail that comes between is told behind SELECT, and so is what another session removes") func between() async throws {
        let (domain, user) = try await Self.reopened(isDamaged: true)
        let one = try await domain.imap(user), other = try await domain.imap(user), third = try await domain.imap(user)
        try await domain.company.locking("messages") {
            for client in [one, other] {
                try await client.says("C: a SELECT INBOX\n" + Self.answer)
            }
            try await third.append(Sample.note(41))
            try await one.says("C: b FETCH 40:* (UID FLAGS)")
            try await other.says(#"C: b STORE 3 +FLAGS.SILENT (\Deleted)"#)
        }
        try await one.says(#"""
            S: * 40 FETCH (UID 40 FLAGS ())
            S: * 41 EXISTS
            S: * … RECENT
            S: b OK FETCH completed
            """#)
        try await other.says("""
            S: * 41 EXISTS
            S: * … RECENT
            S: b OK STORE completed
            C: c EXPUNGE
            S: * 3 EXPUNGE
            S: c OK EXPUNGE completed
            """)
        let news = try await one.answer("NOOP")
        #expect(news.contains("* 3 EXPUNGE") && news.last == "OK NOOP completed")
        #expect(try await one.answer("FETCH 40 UID") == ["* 40 FETCH (UID 41)", "OK FETCH completed"])
        await domain.company.store.close()
    }

    @Test("A session that was told of more than there is ends") func missing() async throws {
        let (domain, user) = try await Self.reopened(isDamaged: true)
        try await domain.company.loseRow(7, of: user)
        let client = try await domain.imap(user)
        try await client.says("C: a SELECT INBOX\n" + Self.answer + "\nS: * BYE The mailbox cannot be read; …")
        try await client.hearsTheEnd()
        let again = try await domain.imap(user)
        #expect(try await again.answer("SELECT INBOX").first == "* 39 EXISTS")
        await domain.company.store.close()
    }
}
