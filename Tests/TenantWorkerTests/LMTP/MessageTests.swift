import Runtime
import Supervision
import Testing

@Suite("LMTP: messages")
struct LMTPMessageTests {
    @Test("A delivery that is repeated is answered 250 and stored once") @EventLoopActor func repeated() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann"), id = Self.deliveryID()
        for _ in 0..<2 {
            try await domain.lmtp().says("""
                C: MAIL FROM:<sender@remote.example> XDELIVERYID=\(id)
                S: 250 …
                C: RCPT TO:<ann@\(domain.name)>
                S: 250 …
                C: DATA
                S: 354 …
                C: Subject: once
                C:
                C: .
                S: 250 2.1.5 …
                """)
        }
        #expect(try await domain.imap(ann).answer("STATUS INBOX (MESSAGES)").first == "* STATUS INBOX (MESSAGES 1)")
    }

    private static func deliveryID() -> String {
        (0..<32).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
    }

    @Test("A message by BDAT is kept byte for byte, also without a line end (RFC 3030)")
    @EventLoopActor func chunks() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann")
        let first = "Subject: chunks\r\n\r\n.\r\n..two", last = " and no end"
        let client = try await domain.lmtp()
        try await client.says("""
            C: MAIL FROM:<sender@remote.example>
            S: 250 …
            C: RCPT TO:<ann@\(domain.name)>
            S: 250 …
            """)
        try await client.sends(Array("BDAT \(first.utf8.count)\r\n\(first)BDAT \(last.utf8.count) LAST\r\n\(last)".utf8))
        try await client.says("""
            S: 250 2.0.0 …
            S: 250 2.1.5 …
            """)
        let reader = try await domain.imap(ann)
        #expect(try await reader.answer("EXAMINE INBOX").first == "* 1 EXISTS")
        let trace = "Return-Path: <sender@remote.example>\r\nDelivered-To: ann@\(domain.name)\r\n"
        #expect(try await reader.section("BODY[]", of: 1) == trace + first + last)
    }

    @Test("A message larger than is taken here is refused, announced or not") @EventLoopActor func tooLarge() async throws {
        let domain = try await CompanyDomain.make(), limits = MailLimits(messageSize: 100)
        _ = try await domain.user("ann")
        let client = try await domain.lmtp(limits: limits)
        try await client.says("""
            C: MAIL FROM:<sender@remote.example> SIZE=\(limits.innerMessageSize + 1)
            S: 552 5.3.4 …
            C: MAIL FROM:<sender@remote.example>
            S: 250 …
            C: RCPT TO:<ann@\(domain.name)>
            S: 250 …
            C: DATA
            S: 354 …
            C: Subject: \(String(repeating: "x", count: Int(limits.innerMessageSize)))
            C:
            C: .
            S: 552 5.3.4 …
            C: NOOP
            S: 250 …
            """)
    }

    @Test("What was written above a message on its way here makes it neither too large nor too often passed on")
    @EventLoopActor func writtenAbove() async throws {
        let domain = try await CompanyDomain.make()
        _ = try await domain.user("ann")
        let client = try await domain.lmtp(limits: MailLimits(messageSize: 100, hops: 1))
        try await client.says("""
            C: MAIL FROM:<sender@remote.example>
            S: 250 …
            C: RCPT TO:<ann@\(domain.name)>
            S: 250 …
            C: DATA
            S: 354 …
            C: Received: from remote.example ([192.0.2.1]) by here.example with ESMTP; Tue, 1 Dec 2026 03:00:00 +0000
            C: Received: from elsewhere.example ([192.0.2.2]) by remote.example; Tue, 1 Dec 2026 03:00:00 +0000
            C:
            C: .
            S: 250 2.1.5 …
            """)
    }

    @Test("A transaction that breaks off stores nothing") @EventLoopActor func brokenOff() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann")
        let client = try await domain.lmtp()
        try await client.says("""
            C: MAIL FROM:<sender@remote.example>
            S: 250 …
            C: RCPT TO:<ann@\(domain.name)>
            S: 250 …
            C: DATA
            S: 354 …
            C: Subject: half
            """)
        await client.hangUp()
        #expect(try await domain.imap(ann).answer("STATUS INBOX (MESSAGES)").first == "* STATUS INBOX (MESSAGES 0)")
    }
}
