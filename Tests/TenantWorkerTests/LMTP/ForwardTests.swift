import Runtime
import TenantWorker
import Testing

@Suite("LMTP: forwards of users", .timeLimit(.minutes(1)))
struct LMTPForwardTests {
    /// Delivers a message, each of whose recipients is answered as it says.
    @EventLoopActor
    private func deliver(
        _ header: String = "Subject: hello\r\n", from sender: String = "sender@remote.example", id: String? = nil,
        to recipients: [(address: String, reply: String)], over client: Dialogue
    ) async throws {
        try await client.says("""
            C: MAIL FROM:<\(sender)>\(id.map { " XDELIVERYID=\($0)" } ?? "")
            S: 250 …
            """)
        for recipient in recipients {
            try await client.says("""
                C: RCPT TO:<\(recipient.address)>
                S: 250 …
                """)
        }
        try await client.says("""
            C: DATA
            S: 354 …
            """)
        try await client.sends(Array((header + "\r\ntext\r\n.\r\n").utf8))
        for recipient in recipients { try await client.says("S: \(recipient.reply) …") }
    }

    private static func id() -> String { (0..<32).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined() }

    @EventLoopActor
    private func count(_ user: Int64, in domain: CompanyDomain) async throws -> String? {
        try await domain.imap(user).answer("STATUS INBOX (MESSAGES)").first
    }

    @Test("A copy stays or not, the targets have theirs, and outside it comes from who sent it")
    @EventLoopActor func copies() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann"), bob = try await domain.user("bob"), eve = try await domain.user("eve")
        try await domain.forward(ann, to: ["eve@\(domain.name)", "out@far.example"])
        try await domain.forward(bob, to: ["Bob@far.example"], copy: false)
        let client = try await domain.lmtp(relay: relay)
        try await deliver(
            to: [("ann@\(domain.name)", "250"), ("bob@\(domain.name)", "250"), ("eve@\(domain.name)", "250")], over: client)
        try await deliver(from: "", to: [("bob@\(domain.name)", "250")], over: client)
        for (user, number) in [(ann, 1), (bob, 0), (eve, 1)] {
            #expect(try await count(user, in: domain) == "* STATUS INBOX (MESSAGES \(number))")
        }
        #expect(relay.taken.map(\.reversePath) == ["sender@remote.example", "sender@remote.example", ""])
        #expect(relay.taken.map(\.recipients) == [["out@far.example"], ["Bob@far.example"], ["Bob@far.example"]])
        #expect(relay.taken[1].message == "Delivered-To: bob@\(domain.name)\r\nSubject: hello\r\n\r\ntext\r\n")
        #expect(Set(relay.taken.map(\.deliveryID)).count == 3 && relay.taken[0].submittedBy == nil)
        await relay.close()
    }

    @Test("A group that is closed to the sender has no forward; only who would reach nobody hears of it")
    @EventLoopActor func closedGroup() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann"), bob = try await domain.user("bob"), eve = try await domain.user("eve")
        let (annsAddress, bobsAddress) = ("ann@\(domain.name)", "bob@\(domain.name)")
        try await domain.group("board", posting: "owners", owners: ["eve@\(domain.name)"], members: ["eve@\(domain.name)"])
        try await domain.forward(ann, to: ["board@\(domain.name)"])
        try await domain.forward(bob, to: ["board@\(domain.name)"], copy: false)
        try await domain.alias("both", to: annsAddress)
        try await domain.alias("both", to: bobsAddress)
        let client = try await domain.lmtp()
        try await deliver(to: [(annsAddress, "250")], over: client)
        try await deliver(to: [("both@\(domain.name)", "250")], over: client)
        for mail in ["<sender@remote.example>", "<\(annsAddress)> XSUBMITTEDBY=\(ann)"] {
            try await client.says("""
                C: MAIL FROM:\(mail)
                S: 250 …
                C: RCPT TO:<\(bobsAddress)>
                S: 550 5.7.2 Only its owners may send to the group that this address forwards to
                C: RSET
                S: 250 …
                """)
        }
        for (user, number) in [(ann, 2), (bob, 1), (eve, 0)] {
            #expect(try await count(user, in: domain) == "* STATUS INBOX (MESSAGES \(number))")
        }
        try await client.says("""
            C: MAIL FROM:<eve@\(domain.name)> XSUBMITTEDBY=\(eve)
            S: 250 …
            C: RCPT TO:<\(annsAddress)>
            S: 250 …
            C: RCPT TO:<\(bobsAddress)>
            S: 250 …
            C: DATA
            S: 354 …
            C: Subject: hello
            C:
            C: text
            C: .
            S: 250 …
            S: 250 …
            """)
        for (user, number) in [(ann, 3), (bob, 1), (eve, 1)] {
            #expect(try await count(user, in: domain) == "* STATUS INBOX (MESSAGES \(number))", "what is let in goes on, once")
        }
        try await domain.submission(ann, address: annsAddress).says("""
            C: MAIL FROM:<\(annsAddress)>
            S: 250 …
            C: RCPT TO:<\(bobsAddress)>
            S: 550 5.7.2 …
            C: RCPT TO:<both@\(domain.name)>
            S: 250 …
            """)
    }

    @Test("What comes round again is not sent out once more, and no second copy stays") @EventLoopActor func round() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann"), address = "ann@\(domain.name)"
        let bob = try await domain.user("bob"), eve = try await domain.user("eve")
        try await domain.forward(ann, to: ["out@far.example"], copy: false)
        try await domain.forward(bob, to: ["out@far.example"])
        try await domain.forward(eve, to: ["dora@\(domain.name)"])
        _ = try await domain.user("dora")
        let client = try await domain.lmtp(relay: relay)
        try await deliver("Delivered-To: bob@\(domain.name)\r\n", to: [("bob@\(domain.name)", "554 5.4.6")], over: client)
        #expect(try await count(bob, in: domain) == "* STATUS INBOX (MESSAGES 0)", "what is refused is not stored")
        try await deliver("Delivered-To: eve@\(domain.name)\r\n", to: [("eve@\(domain.name)", "250")], over: client)
        #expect(try await count(eve, in: domain) == "* STATUS INBOX (MESSAGES 1)", "it leads nowhere outside")
        try await deliver("Delivered-To: \(address)\r\n", to: [(address, "554 5.4.6")], over: client)
        #expect(relay.taken.isEmpty)
        try await deliver("Delivered-To: other@\(domain.name)\r\n", to: [(address, "250")], over: client)
        #expect(relay.taken.count == 1)
        await relay.close()
    }

    @Test("While the relay does not take it, the message is asked for again, under one id; a copy is stored once")
    @EventLoopActor func relayBusy() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann"), bob = try await domain.user("bob"), id = Self.id()
        try await domain.forward(ann, to: ["out@far.example"])
        try await domain.forward(bob, to: ["bob@far.example"], copy: false)
        let client = try await domain.lmtp(relay: relay), both = ["ann@\(domain.name)", "bob@\(domain.name)"]
        relay.deferred = ["out@far.example", "bob@far.example"]
        try await deliver(id: id, to: both.map { ($0, "451 4.3.0") }, over: client)
        relay.deferred = []
        try await deliver(id: id, to: both.map { ($0, "250") }, over: client)
        #expect(try await count(ann, in: domain) == "* STATUS INBOX (MESSAGES 1)")
        #expect(try await count(bob, in: domain) == "* STATUS INBOX (MESSAGES 0)")
        #expect(relay.taken.map(\.recipients.first) == ["out@far.example", "bob@far.example", "out@far.example", "bob@far.example"])
        #expect(relay.taken[0].deliveryID == relay.taken[2].deliveryID && relay.taken[1].deliveryID == relay.taken[3].deliveryID)
        await relay.close()
    }

    @Test("A copy that has no room is told of, and the forward goes on; without a copy nobody's quota is asked")
    @EventLoopActor func fullMailbox() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann", bytes: 10), bob = try await domain.user("bob", bytes: 10)
        try await domain.forward(ann, to: ["out@far.example"])
        try await domain.forward(bob, to: ["bob@far.example"], copy: false)
        let client = try await domain.lmtp(relay: relay)
        try await deliver(to: [("ann@\(domain.name)", "552 5.2.2"), ("bob@\(domain.name)", "250")], over: client)
        #expect(relay.taken.map(\.recipients) == [["out@far.example"], ["bob@far.example"]])
        // None of the mailboxes has room, and nothing is outside.
        _ = try await domain.user("full", bytes: 10)
        try await domain.forward(try await domain.user("eve", bytes: 10), to: ["full@\(domain.name)"])
        try await client.says("""
            C: MAIL FROM:<sender@remote.example> SIZE=1000
            S: 250 …
            C: RCPT TO:<eve@\(domain.name)>
            S: 552 5.2.2 …
            """)
        await relay.close()
    }

    @Test("Whose incoming mail is suspended forwards none") @EventLoopActor func suspended() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        try await domain.forward(try await domain.user("shut", suspended: ["incoming"]), to: ["out@far.example"], copy: false)
        try await domain.lmtp(relay: relay).says("""
            C: MAIL FROM:<sender@remote.example>
            S: 250 …
            C: RCPT TO:<shut@\(domain.name)>
            S: 450 4.2.1 …
            """)
        #expect(relay.taken.isEmpty)
        await relay.close()
    }

    @Test("A vacation answers whether a copy stays or not, and not for who gets the mail") @EventLoopActor func away() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann"), bob = try await domain.user("bob"), eve = try await domain.user("eve")
        try await domain.forward(ann, to: ["eve@\(domain.name)"], copy: false)
        try await domain.forward(bob, to: ["out@far.example"])
        for user in [ann, bob, eve] { try await domain.vacation(user, "Away.", subject: "\(user)") }
        let client = try await domain.lmtp(relay: relay)
        try await deliver("To: ann@\(domain.name)\r\n", to: [("ann@\(domain.name)", "250")], over: client)
        let first = await relay.taken(1)
        #expect(first.first?.recipients == ["sender@remote.example"] && first.first?.header.contains("From: <ann@\(domain.name)>") == true)
        try await deliver("To: bob@\(domain.name)\r\n", to: [("bob@\(domain.name)", "250")], over: client)
        let told = await relay.taken(3)
        #expect(told.map(\.recipients) == [["sender@remote.example"], ["out@far.example"], ["sender@remote.example"]])
        #expect(told.last?.header.contains("From: <bob@\(domain.name)>") == true)
        #expect(try await domain.notedReplies(of: eve) == 0)
        await relay.close()
    }
}
