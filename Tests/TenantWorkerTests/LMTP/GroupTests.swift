import Runtime
import TenantWorker
import Testing

@Suite("LMTP: groups")
struct LMTPGroupTests {
    @Test("Who may not send hears so for each rule; who handed it in is believed of the relay alone")
    @EventLoopActor func rules() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann"), bob = try await domain.user("bob")
        for posting in ["tenant", "members", "owners"] {
            try await domain.group(posting, posting: posting, owners: ["ann@\(domain.name)"], members: ["ann@\(domain.name)"])
        }
        try await domain.lmtp().says("""
            C: MAIL FROM:<ann@\(domain.name)>
            S: 250 …
            C: RCPT TO:<tenant@\(domain.name)>
            S: 550 5.7.2 Only users of its own organisation may send to this group
            C: RCPT TO:<members@\(domain.name)>
            S: 550 5.7.2 Only its members may send to this group
            C: RCPT TO:<owners@\(domain.name)>
            S: 550 5.7.2 Only its owners may send to this group
            C: RSET
            S: 250 …
            C: MAIL FROM:<ann@\(domain.name)> XSUBMITTEDBY=\(bob)
            S: 250 …
            C: RCPT TO:<tenant@\(domain.name)>
            S: 250 …
            C: RCPT TO:<members@\(domain.name)>
            S: 550 5.7.2 …
            C: RSET
            S: 250 …
            C: MAIL FROM:<ann@\(domain.name)> XSUBMITTEDBY=\(ann)
            S: 250 …
            C: RCPT TO:<members@\(domain.name)>
            S: 250 …
            C: RCPT TO:<owners@\(domain.name)>
            S: 250 …
            """)
        // Somebody else's process, such as the gateway's.
        try await domain.lmtp(relayUser: 4_000_000_000).says("""
            C: MAIL FROM:<ann@\(domain.name)> XSUBMITTEDBY=\(ann)
            S: 250 …
            C: RCPT TO:<tenant@\(domain.name)>
            S: 550 5.7.2 …
            """)
    }

    @Test("Each member gets one copy, which names the group; outside it comes from the owner") @EventLoopActor func copies() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann"), bob = try await domain.user("bob")
        let team = "team@\(domain.name)"
        try await domain.group(
            "team", owners: ["bob@\(domain.name)"], members: ["ann@\(domain.name)", "bob@\(domain.name)", "out@far.example"])
        let client = try await domain.lmtp(relay: relay)
        try await client.says("""
            C: MAIL FROM:<sender@remote.example>
            S: 250 …
            C: RCPT TO:<\(team)>
            S: 250 …
            C: RCPT TO:<ann@\(domain.name)>
            S: 250 …
            C: DATA
            S: 354 …
            C: Subject: hello
            C:
            C: text
            C: .
            S: 250 2.1.5 …
            S: 250 2.1.5 …
            C: MAIL FROM:<>
            S: 250 …
            C: RCPT TO:<\(team)>
            S: 250 …
            C: DATA
            S: 354 …
            C: List-Id: <other.list.example>
            C:
            C: text
            C: .
            S: 250 2.1.5 …
            C: MAIL FROM:<sender@remote.example>
            S: 250 …
            C: RCPT TO:<\(team)>
            S: 250 …
            C: DATA
            S: 354 …
            C: Delivered-To: \(team)
            C:
            C: text
            C: .
            S: 554 5.4.6 …
            """)
        let list = "List-Id: <team.\(domain.name)>\r\nList-Post: <mailto:\(team)>\r\n"
        let mailboxes = [
            (ann, "Return-Path: <sender@remote.example>\r\nSubject: hello\r\n\r\ntext\r\n"),
            (bob, "Return-Path: <sender@remote.example>\r\n\(list)Subject: hello\r\n\r\ntext\r\n"),
        ]
        for (user, expected) in mailboxes {
            let imap = try await domain.imap(user)
            #expect(try await imap.answer("EXAMINE INBOX").first == "* 2 EXISTS", "what goes round is not stored")
            #expect(try await imap.section("BODY[]", of: 1) == expected)
            #expect(try await imap.section("BODY[HEADER.FIELDS (LIST-ID)]", of: 2) == "List-Id: <other.list.example>\r\n\r\n")
        }
        #expect(relay.taken.map(\.reversePath) == ["bob@\(domain.name)", ""])
        #expect(relay.taken.first?.recipients == ["out@far.example"] && relay.taken.first?.submittedBy == nil)
        #expect(relay.taken.first?.message.hasPrefix("Delivered-To: \(team)\r\n\(list)Subject: hello") == true)
        await relay.close()
    }

    @Test("A user hears at once who may send, and the relay who handed mail in") @EventLoopActor func submission() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann"), bob = try await domain.user("bob")
        try await domain.group("team", posting: "owners", owners: ["ann@\(domain.name)"], members: ["bob@\(domain.name)"])
        try await domain.submission(bob, address: "bob@\(domain.name)").says("""
            C: MAIL FROM:<bob@\(domain.name)> XSUBMITTEDBY=\(ann)
            S: 555 5.5.4 …
            C: MAIL FROM:<team@\(domain.name)>
            S: 550 5.7.1 …
            C: MAIL FROM:<bob@\(domain.name)>
            S: 250 …
            C: RCPT TO:<team@\(domain.name)>
            S: 550 5.7.2 …
            """)
        try await domain.submission(ann, address: "ann@\(domain.name)", relay: relay).says("""
            C: MAIL FROM:<team@\(domain.name)>
            S: 250 …
            C: RCPT TO:<team@\(domain.name)>
            S: 250 …
            C: DATA
            S: 354 …
            C: From: team@\(domain.name)
            C:
            C: text
            C: .
            S: 250 …
            """)
        #expect(relay.taken.first?.submittedBy == ann)
        await relay.close()
    }
}
