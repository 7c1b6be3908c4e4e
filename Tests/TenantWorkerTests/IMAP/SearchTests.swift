import Runtime
import Testing

@Suite("IMAP: SEARCH")
struct IMAPSearchTests {
    /// Of five messages: 1 was fetched and has a keyword, 2 is seen, 3 is answered and flagged, 4 deleted, 5 a draft, and larger.
    @EventLoopActor static func client() async throws -> Dialogue {
        let domain = try await CompanyDomain.make()
        let client = try await domain.imap(try await domain.user("ann"))
        let flags = [#"($Label1)"#, #"(\Seen)"#, #"(\Answered \Flagged)"#, #"(\Deleted)"#, #"(\Draft)"#]
        for (index, flags) in flags.enumerated() {
            let more = index == 4 ? String(repeating: "large ", count: 200) + "\r\n" : ""
            try await client.append(Sample.note(index + 1) + more, to: "INBOX", flags + #" " 7-Feb-1994 21:52:25 -0800""#)
        }
        #expect(try await client.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        return client
    }

    /// Dates of SENT… are the header's (1 Feb), of the others the internal date (8 Feb in UTC).
    static let keys: [(String, String)] = [
        ("ALL", "1 2 3 4 5"), ("2:3", "2 3"), ("*", "5"), ("UID 4:*", "4 5"), ("NOT 2:4", "1 5"), ("OR 1 (SEEN 2)", "1 2"),
        ("(1:3 2:4)", "2 3"),
        ("SEEN", "2"), ("UNSEEN", "1 3 4 5"), ("ANSWERED", "3"), ("UNANSWERED", "1 2 4 5"), ("FLAGGED", "3"), ("UNFLAGGED", "1 2 4 5"),
        ("DELETED", "4"), ("UNDELETED", "1 2 3 5"), ("DRAFT", "5"), ("UNDRAFT", "1 2 3 4"), ("KEYWORD $label1", "1"),
        ("UNKEYWORD $Label1", "2 3 4 5"), ("RECENT", "1 2 3 4 5"), ("NEW", "1 3 4 5"), ("OLD", ""),
        ("LARGER 1000", "5"), ("SMALLER 1000", "1 2 3 4"), ("SMALLER 5", ""),
        ("ON 8-Feb-1994", "1 2 3 4 5"), ("BEFORE 8-Feb-1994", ""), ("SINCE 8-Feb-1994 1", "1"), ("SINCE 9-Feb-1994", ""),
        ("SENTON 1-Feb-1994", "1 2 3 4 5"), ("SENTBEFORE 1-Feb-1994", ""), ("SENTSINCE 1-Feb-1994 1:2", "1 2"),
        (#"FROM "ANN@a.example" NOT 2"#, "1 3 4 5"), ("TO bob", "1 2 3 4 5"), ("CC bob", ""), ("BCC bob", ""),
        (#"SUBJECT "hello""#, "1 2 3 4 5"), ("SUBJECT nope", ""), (#"BODY "hi THERE 4""#, "4"), ("BODY Subject", ""),
        ("TEXT subject 1", "1"),
        ("HEADER Message-ID 4@x", "4"), (#"HEADER Message-ID """#, "1 2 3 4 5"), (#"HEADER X-None """#, ""),
        ("CHARSET UTF-8 TO bob *", "5"),
    ]
    @Test("Each key finds its messages (RFC 3501 §6.4.4)") @EventLoopActor func keys() async throws {
        let client = try await Self.client()
        for (key, found) in Self.keys + Self.keys {  // the second time with fields that are kept from the first
            let expected = found.isEmpty ? "* SEARCH" : "* SEARCH " + found
            #expect(try await client.answer("SEARCH " + key) == [expected, "OK SEARCH completed"], "\(key)")
        }
    }

    @Test("Encoded words are found by what they say, in UTF-8") @EventLoopActor func encodedWords() async throws {
        let client = try await Self.client()
        #expect(try await client.answer("SEARCH CHARSET UTF-8 SUBJECT {6+}\r\nwörld").first == "* SEARCH 1 2 3 4 5")
    }

    @Test("UID SEARCH answers UIDs") @EventLoopActor func uids() async throws {
        let client = try await Self.client()
        try await client.says(#"""
            C: a UID EXPUNGE 4
            S: * 4 EXPUNGE
            S: a OK …
            C: b SEARCH DRAFT
            S: * SEARCH 4
            S: b OK SEARCH completed
            C: c UID SEARCH DRAFT
            S: * SEARCH 5
            S: c OK SEARCH completed
            """#)
    }

    @Test("A character set that is not known is refused with those that are") @EventLoopActor func charset() async throws {
        try await Self.client().says("""
            C: a SEARCH CHARSET KOI8-R ALL
            S: a NO [BADCHARSET (…UTF-8…)] …
            """)
    }
}
