import Runtime
import Testing

@Suite("IMAP: FETCH")
struct IMAPFetchTests {
    /// A client with one message in its INBOX, which is selected.
    @EventLoopActor static func client(_ message: String, _ arguments: String = "") async throws -> Dialogue {
        let domain = try await CompanyDomain.make()
        let client = try await domain.imap(try await domain.user("ann"))
        try await client.append(message, to: "INBOX", arguments)
        #expect(try await client.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        return client
    }

    @Test("The message of RFC 3501 §8 is told as there") @EventLoopActor func minutes() async throws {
        let client = try await Self.client(Sample.minutes, #"(\Seen) "17-Jul-1996 02:44:25 -0700""#)
        let envelope = #"("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" "#
            + #"(("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) "#
            + #"(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) "#
            + #"((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "#
            + #""<B27397-0100000@cac.washington.edu>")"#
        let body = #"("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3028 92)"#
        let date = #""17-Jul-1996 09:44:25 +0000""#  // UTC: the zone is not kept
        try await client.says(#"""
            C: a FETCH 1 FULL
            S: * 1 FETCH (FLAGS (\Seen \Recent) INTERNALDATE \#(date) RFC822.SIZE 3370 ENVELOPE \#(envelope) BODY \#(body))
            S: a OK FETCH completed
            C: b UID FETCH 1 BODYSTRUCTURE
            S: * 1 FETCH (UID 1 BODYSTRUCTURE \#(body.dropLast()) NIL NIL NIL NIL))
            S: b OK FETCH completed
            """#)
        let header = try await client.section("BODY[HEADER]", of: 1)
        #expect(header?.utf8.count == 342 && header.map { Sample.minutes.hasPrefix($0) } == true)
    }

    @Test("The BODY of RFC 3501 §7.4.2 is told as there, BODYSTRUCTURE with its extension data")
    @EventLoopActor func diff() async throws {
        let client = try await Self.client(Sample.diff)
        let text = #""TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1152 23"#
        let diff = #""TEXT" "PLAIN" ("CHARSET" "US-ASCII" "NAME" "cc.diff") "<960723163407.20117h@cac.washington.edu>" "Compiler diff" "#
            + #""BASE64" 4554 73"#
        try await client.says(#"""
            C: a FETCH 1 BODY
            S: * 1 FETCH (BODY ((\#(text))(\#(diff)) "MIXED"))
            S: a OK FETCH completed
            C: b FETCH 1 BODYSTRUCTURE
            S: * 1 FETCH (BODYSTRUCTURE ((\#(text) NIL NIL NIL NIL)(\#(diff) NIL NIL NIL NIL) "MIXED" ("BOUNDARY" "frontier") NIL NIL NIL))
            S: b OK FETCH completed
            """#)
    }

    static let sections: [(String, String?)] = [
        ("BODY.PEEK[HEADER]", "Subject: outer\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n"),
        ("BODY.PEEK[HEADER.FIELDS (subject date)]", "Subject: outer\r\n\r\n"),
        ("BODY.PEEK[HEADER.FIELDS.NOT (Content-Type)]", "Subject: outer\r\n\r\n"),
        ("BODY.PEEK[1]", "first"), ("BODY.PEEK[1.MIME]", "Content-Type: text/plain\r\n\r\n"),
        ("BODY.PEEK[2.HEADER]", "Subject: inner\r\nFrom: bob@a.example\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n"),
        ("BODY.PEEK[2.HEADER.FIELDS (From)]", "From: bob@a.example\r\n\r\n"), ("BODY.PEEK[2.1]", "plain"), ("BODY.PEEK[2.2]", "<p>rich"),
        ("BODY.PEEK[2.2.MIME]", "Content-Type: text/html\r\n\r\n"), ("BODY.PEEK[3]", nil), ("BODY.PEEK[2.3]", nil),
        ("BODY.PEEK[TEXT]<0.8>", "preamble"), ("BODY.PEEK[1]<2.100>", "rst"), ("BODY.PEEK[1]<100.5>", ""),
        ("RFC822.HEADER", "Subject: outer\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n"), ("BODY[]", Sample.nested),
        ("RFC822", Sample.nested),
    ]
    @Test("Each section holds its octets (RFC 3501 §6.4.5)") @EventLoopActor func sections() async throws {
        let client = try await Self.client(Sample.nested)
        for (name, octets) in Self.sections { #expect(try await client.section(name, of: 1) == octets, "\(name)") }
    }

    @Test("Pieces put together are the message") @EventLoopActor func pieces() async throws {
        let text = (0..<40_000).map { "line \($0)\r\n" }.joined()
        let client = try await Self.client("Subject: large\r\n\r\n" + text)
        var gathered = "", origin = 0
        while let piece = try await client.section("BODY.PEEK[TEXT]<\(origin).65536>", of: 1) {
            gathered += piece
            origin += 65536
            if piece.utf8.count < 65536 { break }
        }
        #expect(gathered == text)
        #expect(try await client.section("BODY[TEXT]", of: 1) == text)
    }

    @Test("Reading a body marks the message as seen, and tells so; PEEK does not") @EventLoopActor func seen() async throws {
        try await Self.client("Subject: x\r\n\r\nHi\r\n").says(#"""
            C: a FETCH 1 BODY.PEEK[TEXT]
            S: * 1 FETCH (BODY[TEXT] {4}
            S: Hi
            S: )
            S: a OK FETCH completed
            C: b FETCH 1 BODY[TEXT]
            S: * 1 FETCH (BODY[TEXT] {4}
            S: Hi
            S:  FLAGS (\Seen \Recent))
            S: b OK FETCH completed
            C: c FETCH 1 BODY[TEXT]
            S: * 1 FETCH (BODY[TEXT] {4}
            S: Hi
            S: )
            S: c OK FETCH completed
            """#)
    }
}
