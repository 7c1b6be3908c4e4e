import Runtime
import Testing

@Suite("LMTP: recipients")
struct LMTPRecipientTests {
    @Test("Each recipient has a reply of its own, at RCPT and behind the message (RFC 2033 §4.2)")
    @EventLoopActor func replies() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann"), bob = try await domain.user("bob")
        _ = try await domain.user("full", bytes: 10)
        _ = try await domain.user("away", suspended: ["incoming"])
        try await domain.lmtp().says("""
            C: MAIL FROM:<sender@remote.example>
            S: 250 2.1.0 …
            C: RCPT TO:<ann@\(domain.name)>
            S: 250 2.1.5 …
            C: RCPT TO:<nobody@\(domain.name)>
            S: 550 5.1.1 …
            C: RCPT TO:<full@\(domain.name)>
            S: 250 2.1.5 …
            C: RCPT TO:<away@\(domain.name)>
            S: 450 4.2.1 …
            C: RCPT TO:<ann@elsewhere.example>
            S: 550 5.1.2 …
            C: RCPT TO:<bob@\(domain.name)>
            S: 250 2.1.5 …
            C: DATA
            S: 354 …
            C: Subject: hello
            C:
            C: ..dot
            C: .
            S: 250 2.1.5 …
            S: 552 5.2.2 The mailbox is full
            S: 250 2.1.5 …
            C: QUIT
            S: 221 …
            """)
        for user in [ann, bob] {
            let client = try await domain.imap(user)
            #expect(try await client.answer("EXAMINE INBOX").first == "* 1 EXISTS")
            // With several recipients none learns of the others.
            let expected = "Return-Path: <sender@remote.example>\r\nSubject: hello\r\n\r\n.dot\r\n"
            #expect(try await client.section("BODY[]", of: 1) == expected)
        }
    }

    @Test("A domain in Unicode is the one with its A-labels") @EventLoopActor func unicodeDomain() async throws {
        let domain = try await CompanyDomain.make()
        _ = try await domain.user("ann")
        try await domain.domainAlias("xn--bcher-kva.\(domain.name)")
        try await domain.lmtp().says("""
            C: MAIL FROM:<sender@remote.example> SMTPUTF8
            S: 250 2.1.0 …
            C: RCPT TO:<ann@b\u{fc}cher.\(domain.name)>
            S: 250 2.1.5 …
            C: RCPT TO:<nobody@b\u{fc}cher.\(domain.name)>
            S: 550 5.1.1 …
            C: RCPT TO:<ann@B\u{dc}CHER.\(domain.name)>
            S: 550 5.1.2 …
            """)
    }

    @Test("A full mailbox refuses at RCPT what MAIL announces as too large") @EventLoopActor func announcedSize() async throws {
        let domain = try await CompanyDomain.make()
        _ = try await domain.user("small", bytes: 1000)
        try await domain.lmtp().says("""
            C: MAIL FROM:<sender@remote.example> SIZE=2000
            S: 250 2.1.0 …
            C: RCPT TO:<small@\(domain.name)>
            S: 552 5.2.2 …
            C: RSET
            S: 250 …
            C: MAIL FROM:<sender@remote.example> SIZE=500
            S: 250 2.1.0 …
            C: RCPT TO:<small@\(domain.name)>
            S: 250 2.1.5 …
            """)
    }

    @Test("An alias delivers to its user, +detail to the address without it; a circle is refused")
    @EventLoopActor func aliases() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann")
        try await domain.alias("info", to: "ann@\(domain.name)")
        try await domain.alias("chicken", to: "egg@\(domain.name)")
        try await domain.alias("egg", to: "chicken@\(domain.name)")
        try await domain.lmtp().says("""
            C: MAIL FROM:<>
            S: 250 …
            C: RCPT TO:<info@\(domain.name)>
            S: 250 …
            C: RCPT TO:<ann+list@\(domain.name)>
            S: 250 …
            C: RCPT TO:<egg@\(domain.name)>
            S: 554 5.4.6 …
            C: DATA
            S: 354 …
            C: Subject: hello
            C:
            C: .
            S: 250 2.1.5 …
            S: 250 2.1.5 …
            """)
        // Both lead to one mailbox, which has the message once.
        #expect(try await domain.imap(ann).answer("STATUS INBOX (MESSAGES)").first == "* STATUS INBOX (MESSAGES 1)")
    }

    @Test("An alias that leads outside hands the message to the relay before it is answered 250")
    @EventLoopActor func forwarding() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        try await domain.alias("out", to: "friend@far.example")
        try await domain.lmtp(relay: relay).says("""
            C: MAIL FROM:<sender@remote.example>
            S: 250 …
            C: RCPT TO:<out@\(domain.name)>
            S: 250 …
            C: DATA
            S: 354 …
            C: Subject: hello
            C:
            C: .
            S: 250 2.1.5 …
            """)
        let taken = try #require(relay.taken.first)
        #expect(taken.reversePath == "sender@remote.example" && taken.recipients == ["friend@far.example"] && taken.deliveryID != nil)
        #expect(taken.message == "Delivered-To: out@\(domain.name)\r\nSubject: hello\r\n\r\n")
        await relay.close()
    }

    @Test("When the relay takes a part of what goes out, the next try sends the rest alone") @EventLoopActor func parts() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        try await domain.alias("out", to: "friend@far.example")
        try await domain.alias("out", to: "team@\(domain.name)")
        try await domain.group("team", members: ["member@far.example"])
        let client = try await domain.lmtp(relay: relay)
        let id = "00112233445566778899aabbccdde\(UInt32.random(in: 100...999))"
        for reply in ["451 4.3.0", "250 2.1.5", "250 2.1.5"] {
            relay.deferred = reply.hasPrefix("4") ? ["member@far.example"] : []
            try await client.says("""
                C: MAIL FROM:<sender@remote.example> XDELIVERYID=\(id)
                S: 250 …
                C: RCPT TO:<out@\(domain.name)>
                S: 250 …
                C: DATA
                S: 354 …
                C: Subject: hello
                C:
                C: .
                S: \(reply) …
                """)
            guard reply.hasPrefix("2") else { continue }
            // What is done is the relay's to know, by the id.
            #expect(relay.taken.prefix(3).map(\.recipients) == [["friend@far.example"], ["member@far.example"], ["member@far.example"]])
        }
        #expect(relay.taken.count == 5)
        await relay.close()
    }

    @Test("Without the relay, mail for outside is to be tried again") @EventLoopActor func noRelay() async throws {
        let domain = try await CompanyDomain.make()
        try await domain.alias("out", to: "friend@far.example")
        try await domain.lmtp().says("""
            C: MAIL FROM:<sender@remote.example>
            S: 250 …
            C: RCPT TO:<out@\(domain.name)>
            S: 250 …
            C: DATA
            S: 354 …
            C: Subject: hello
            C:
            C: .
            S: 451 4.3.0 …
            """)
    }
}
