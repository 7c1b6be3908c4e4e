import ProxyProtocol
import Runtime
import SMTP
import TenantWorker
import Testing

@Suite("Submission: the message goes to the relay")
struct SubmissionHandOffTests {
    /// Hands in one message, and expects this answer.
    /// - Parameter user: who is ann; nil: made for it.
    @EventLoopActor
    static func submit(
        _ message: String, via relay: FakeRelay?, answer: String, in domain: CompanyDomain, as user: Int64? = nil
    ) async throws {
        let ann = if let user { user } else { try await domain.user("ann") }
        let client = try await domain.submission(ann, address: "ann@\(domain.name)", relay: relay)
        try await client.says("""
            C: MAIL FROM:<ann@\(domain.name)>
            S: 250 …
            C: RCPT TO:<friend@far.example>
            S: 250 …
            C: RCPT TO:<hidden@far.example>
            S: 250 …
            C: DATA
            S: 354 …
            """)
        try await client.sends(Array((message + ".\r\n").utf8))
        try await client.says("""
            S: \(answer)
            C: QUIT
            S: 221 …
            """)
    }

    @Test("Bcc goes; Received, Date and Message-ID come; the body stays (RFC 6409 §8, RFC 5322 §3.6.3)")
    @EventLoopActor func completed() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let message = "From: ann@\(domain.name)\r\nTo: friend@far.example\r\nBcc: hidden@far.example,\r\n other@far.example\r\n"
            + "Subject: hello\r\n\r\nBcc: not a header\r\n"
        try await Self.submit(message, via: relay, answer: "250 2.6.0 …", in: domain)
        let taken = try #require(relay.taken.first)
        #expect(taken.recipients == ["friend@far.example", "hidden@far.example"])
        let header = taken.header, id = try #require(taken.deliveryID)
        #expect(header.first?.hasPrefix("Received: from laptop.example ([192.0.2.1])") == true)
        #expect(taken.message.contains(" by mail.example with ESMTPSA id \(id)\r\n (TLSv1.3);\r\n"))
        #expect(header.contains { $0.hasPrefix("Date: ") })
        #expect(header.contains("Message-ID: <\(id)@\(domain.name)>"))
        #expect(!header.contains { $0.contains("hidden@") || $0.contains("other@") })
        let kept = "From: ann@\(domain.name)\r\nTo: friend@far.example\r\nSubject: hello\r\n\r\nBcc: not a header\r\n"
        #expect(taken.message.hasSuffix(kept))
        await relay.close()
    }

    @Test("What a message has already is not added again") @EventLoopActor func complete() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let message = "Date: Tue, 1 Feb 1994 10:00:00 +0000\r\nMessage-ID: <own@id>\r\nFrom: ann@\(domain.name)\r\n\r\nHi\r\n"
        try await Self.submit(message, via: relay, answer: "250 2.6.0 …", in: domain)
        let taken = try #require(relay.taken.first)
        #expect(taken.message.hasSuffix(message) && taken.header.filter { $0.hasPrefix("Date:") || $0.hasPrefix("Message-ID:") }.count == 2)
        await relay.close()
    }

    @Test("A message without From is from its sender") @EventLoopActor func noFrom() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        try await Self.submit("Subject: x\r\n\r\nHi\r\n", via: relay, answer: "250 2.6.0 …", in: domain)
        #expect(relay.taken.first?.header.contains("From: <ann@\(domain.name)>") == true)
        await relay.close()
    }

    @Test("The client hears what the relay says; when it is away, to try again")
    @EventLoopActor func relayAnswers() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay(reply: Reply(452, "4.3.1", "The disk is full"))
        try await Self.submit("Subject: x\r\n\r\nHi\r\n", via: relay, answer: "452 4.3.1 The disk is full", in: domain)
        await relay.close()
        try await Self.submit("Subject: x\r\n\r\nHi\r\n", via: nil, answer: "451 4.3.0 …", in: try await CompanyDomain.make())
    }

    @Test("A recipient of this company that does not exist is refused at once")
    @EventLoopActor func unknownColleague() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann")
        try await domain.submission(ann, address: "ann@\(domain.name)").says("""
            C: MAIL FROM:<ann@\(domain.name)>
            S: 250 …
            C: RCPT TO:<nobody@\(domain.name)>
            S: 550 5.1.1 …
            C: RCPT TO:<ann@\(domain.name)>
            S: 250 …
            """)
    }

    @Test("A session that is told to end says 421 with the reason") @EventLoopActor func told() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann"), company = domain.company
        var session: SubmissionSession?
        let handover = SessionHandover(
            service: "submission", user: ann, address: "ann@\(domain.name)", clientAddress: "192.0.2.1", isEncrypted: true)
        let client = try await Dialogue { connection in
            let served = SubmissionSession(connection: connection, store: company.store, facts: company.facts(), handover: handover)
            session = served
            return served.run
        }
        try await client.says("S: 235 …")
        session?.end(reason: "The user was suspended")
        try await client.says("S: 421 4.3.2 The user was suspended")
        try await client.hearsTheEnd()
    }
}
