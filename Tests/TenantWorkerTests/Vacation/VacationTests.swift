import Cryptography
import Foundation
import MailRules
import Runtime
import SMTP
import TenantWorker
import Testing

@Suite("Vacation: what is answered")
struct AnswerableMessageTests {
    private func isAnswerable(_ header: String, from sender: String = "sender@remote.example") throws -> Bool {
        let bytes = Array((header + "\r\n").utf8)
        return AnswerableMessage(try #require(ReversePath(text: sender)), HeaderScan(bytes), in: bytes) != nil
    }

    static let unanswered = [
        // RFC 3834 §5.2 and §2, RFC 5230 §4.6.
        "Auto-Submitted: auto-generated\r\n", "auto-submitted: Auto-Replied; x=y\r\n", "Auto-Submitted: auto-notified (why)\r\n",
        "Auto-Submitted: no\r\nAuto-Submitted: auto-replied\r\n", "Auto-Submitted:\r\n",
        "Precedence: bulk\r\n", "Precedence: JUNK\r\n", "Precedence: list\r\n",
        "List-Id: <l.example>\r\n", "LIST-UNSUBSCRIBE: <mailto:x@l.example>\r\n", "List-Post: NO\r\n", "List-Help: x\r\n",
    ]
    @Test("Programs and lists are not answered", arguments: unanswered) func silent(header: String) throws {
        #expect(try !isAnswerable("Subject: x\r\n" + header))
    }

    @Test("People are", arguments: ["", "Auto-Submitted: no\r\n", "Auto-Submitted: No (a person)\r\n", "Precedence: first-class\r\n",
        "Subject: List-Id: x\r\n"])
    func answered(header: String) throws { #expect(try isAnswerable(header)) }

    static let programs = [
        "", "MAILER-DAEMON@far.example", "mailer-daemon@far.example", "postmaster@far.example", "owner-list@far.example",
        "list-owner@far.example", "list-Request@far.example", "LISTSERV@far.example", "majordomo@far.example", "x-bounces@far.example",
    ]
    @Test("Nor are addresses of programs, or nobody", arguments: programs) func addresses(sender: String) throws {
        #expect(try !isAnswerable("Subject: x\r\n", from: sender))
    }

    @Test("Addressees and identifiers are read") func fields() throws {
        let header = "To: Ann <ann@a.example>, \"x y\"@b.example,\r\n group: c@d.example;\r\nCc: e@f.example\r\nBcc: g@h.example\r\n"
            + "Message-ID: <new@x>\r\nReferences: <1@x>\r\n <2@x> <bad\u{01}@x>\r\n\r\n"
        let bytes = Array(header.utf8)
        let sender = try #require(ReversePath(text: "s@r.example"))
        let message = try #require(AnswerableMessage(sender, HeaderScan(bytes), in: bytes))
        #expect(message.addressees.map { "\($0.localPart)|\($0.domain)" } == [
            "ann|a.example", "x y|b.example", "c|d.example", "e|f.example", "g|h.example",
        ])
        #expect(message.messageID == Array("<new@x>".utf8))
        #expect(message.references == [Array("<1@x>".utf8), Array("<2@x>".utf8)])
    }
}

@Suite("Vacation: replies", .timeLimit(.minutes(1)))
struct VacationReplyTests {
    /// Delivers a message from a sender.
    @EventLoopActor
    private func deliver(
        _ header: String, to recipients: [String], from sender: String = "sender@remote.example", id: String? = nil, over client: Dialogue
    ) async throws {
        try await client.says("""
            C: MAIL FROM:<\(sender)>\(id.map { " XDELIVERYID=\($0)" } ?? "")
            S: 250 …
            """)
        for recipient in recipients {
            try await client.says("""
                C: RCPT TO:<\(recipient)>
                S: 250 …
                """)
        }
        try await client.says("""
            C: DATA
            S: 354 …
            """)
        try await client.sends(Array((header + "\r\ntext\r\n.\r\n").utf8))
        for _ in recipients { try await client.says("S: 250 …") }
    }

    @Test("Who writes to a user who is away is told, once") @EventLoopActor func once() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann"), address = "ann@\(domain.name)"
        try await domain.vacation(ann, "I am away.\nBack soon.\n", subject: "Auto: away – grüße")
        let client = try await domain.lmtp(relay: relay)
        let header = "From: s@remote.example\r\nTo: \(address)\r\nMessage-ID: <m1@x>\r\nReferences: <m0@x>\r\n"
        try await deliver(header, to: [address], over: client)
        let told = try #require(await relay.taken(1).first)
        #expect(told.reversePath == "" && told.recipients == ["sender@remote.example"])
        for field in ["From: <\(address)>", "To: <sender@remote.example>", "In-Reply-To: <m1@x>", "References: <m0@x> <m1@x>",
            "Auto-Submitted: auto-replied", "Content-Type: text/plain; charset=us-ascii"] {
            #expect(told.header.contains(field), "\(field)")
        }
        #expect(told.header.contains { $0.hasPrefix("Subject: ") && $0.contains("=?") })
        #expect(told.message.hasSuffix("\r\n\r\nI am away.\r\nBack soon.\r\n"))
        // The same sender again, and then another one.
        try await deliver(header, to: [address], over: client)
        try await deliver(header, to: [address], from: "sender@REMOTE.example", over: client)
        try await deliver(header, to: [address], from: "other@remote.example", over: client)
        #expect(await relay.taken(2).map(\.recipients) == [["sender@remote.example"], ["other@remote.example"]])
        // A week later.
        try await domain.letPass("7 days", for: ann)
        try await deliver(header, to: [address], over: client)
        #expect(await relay.taken(3).count == 3)
        await relay.close()
    }

    @Test("A reply is signed by the user's domain") @EventLoopActor func signed() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let address = "ann@\(domain.name)"
        try await domain.vacation(try await domain.user("ann"), "Away.")
        let client = try await domain.lmtp(relay: relay)
        try await deliver("To: \(address)\r\n", to: [address], over: client)
        #expect(await !relay.taken(1)[0].header.contains { $0.hasPrefix("DKIM-Signature:") })
        let key = try SigningKey.random(.ed25519)
        try await domain.key("may", "ed25519-sha256", box: key.sealed(key: Company.sealingKey))
        try await deliver("To: \(address)\r\n", to: [address], from: "other@remote.example", over: client)
        let reply = await relay.taken(2)[1]
        #expect(reply.header.first?.hasPrefix("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=\(domain.name);") == true)
        let bodyHash = Data(try Cryptography.sha256(Array("Away.\r\n".utf8))).base64EncodedString()
        #expect(reply.header.contains { $0.contains("bh=\(bodyHash);") })
        await relay.close()
    }

    @Test("A delivery that is repeated is answered once") @EventLoopActor func repeated() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann"), address = "ann@\(domain.name)"
        try await domain.vacation(ann)
        let client = try await domain.lmtp(relay: relay)
        let id = "00112233445566778899aabbccdde\(UInt32.random(in: 100...999))"
        try await deliver("To: \(address)\r\n", to: [address], id: id, over: client)
        _ = await relay.taken(1)
        try await domain.letPass("30 days", for: ann)
        try await deliver("To: \(address)\r\n", to: [address], id: id, over: client)
        try await deliver("To: \(address)\r\n", to: [address], from: "last@remote.example", over: client)
        #expect(await relay.taken(2).map(\.recipients) == [["sender@remote.example"], ["last@remote.example"]])
        await relay.close()
    }

    @Test("Only mail for the user itself is answered, and nothing of programs, lists and oneself")
    @EventLoopActor func forWhom() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann"), address = "ann@\(domain.name)"
        _ = try await domain.user("bob")
        try await domain.vacation(try await domain.user("mute", suspended: ["outgoing"]))
        try await domain.vacation(ann, "Ich bin außer Haus.")
        try await domain.alias("boss", to: address)
        try await domain.alias("both", to: address)
        try await domain.alias("both", to: "bob@\(domain.name)")
        try await domain.group("team", members: [address])
        let client = try await domain.lmtp(relay: relay)
        func send(_ header: String, to recipient: String, from sender: String) async throws {
            try await deliver(header, to: [recipient], from: sender, over: client)
        }
        try await send("To: someone@remote.example\r\n", to: address, from: "1@r.example")
        try await send("Subject: to nobody\r\n", to: address, from: "2@r.example")
        try await send("To: both@\(domain.name)\r\n", to: "both@\(domain.name)", from: "3@r.example")
        try await send("To: team@\(domain.name)\r\n", to: "team@\(domain.name)", from: "4@r.example")
        try await send("To: \(address)\r\nList-Id: <x.y>\r\n", to: address, from: "5@r.example")
        try await send("To: \(address)\r\n", to: address, from: "")
        try await send("To: \(address)\r\n", to: address, from: address)
        try await send("To: \(address)\r\n", to: address, from: "boss@\(domain.name)")
        try await send("To: mute@\(domain.name)\r\n", to: "mute@\(domain.name)", from: "6@r.example")
        try await send("To: x@y.example\r\nCc: Boss <BOSS@\(domain.name)>\r\n", to: "boss@\(domain.name)", from: "alias@r.example")
        try await send("To: ann+lists@\(domain.name)\r\n", to: "ann+lists@\(domain.name)", from: "detail@r.example")
        let told = await relay.taken(2)
        #expect(Set(told.map(\.recipients)) == [["alias@r.example"], ["detail@r.example"]])
        #expect(told.first?.header.contains("Content-Transfer-Encoding: base64") == true)
        await relay.close()
    }

    @Test("A reply that the relay does not take fails no delivery, and is tried at the next message")
    @EventLoopActor func relayBusy() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        relay.deferred = ["sender@remote.example"]
        let ann = try await domain.user("ann"), address = "ann@\(domain.name)"
        try await domain.vacation(ann)
        let client = try await domain.lmtp(relay: relay)
        for count in 1...2 {
            try await deliver("To: \(address)\r\n", to: [address], over: client)
            _ = await relay.taken(count)
            while try await domain.notedReplies(of: ann) > 0 {}
        }
        #expect(try await domain.imap(ann).answer("EXAMINE INBOX").first == "* 2 EXISTS")
        await relay.close()
    }
}
