import BlobStore
import MIME
import OutboundQueue
import Relay
import SMTP
import Testing

@Suite("Who is told what") struct NoticesTests {
    static let notices = Notices(hostname: "relay.example", lifetime: 1000)

    static func message(from sender: String, ret: String? = nil) -> QueuedMessage {
        QueuedMessage(
            tenant: 1, queueID: 2, deliveryID: "d", reversePath: sender, blob: BlobReference(segment: 1, offset: 0, length: 1), size: 1,
            ret: ret,
            envelopeID: "QQ", receivedAt: 0, expiresAt: 10)
    }

    static func failure(_ address: String = "bob@b.example", reply: Reply = Reply(550, "5.1.1", "no such user")) -> Notices.Item {
        let recipient = QueuedRecipient(id: 1, address: address, originalRecipient: "rfc822;bo+2Bb@c.example")
        return Notices.Item(recipient: recipient, action: .failed, reply: reply, host: "mx.b.example")
    }

    static let wishes: [(String?, DeliveryReport.Action, Bool)] = [
        (nil, .failed, true), (nil, .delivered, false), (nil, .delayed, false), ("NEVER", .failed, false), ("SUCCESS", .failed, false),
        ("SUCCESS", .relayed, true), ("SUCCESS,FAILURE", .failed, true), ("DELAY", .delayed, true), ("FAILURE", .delayed, false),
    ]
    @Test("NOTIFY decides (RFC 3461 §4.1)", arguments: wishes) func wants(notify: String?, action: DeliveryReport.Action, expected: Bool) {
        #expect(Notices.wants(action, QueuedRecipient(id: 1, address: "a@b", notify: notify)) == expected)
    }

    @Test("A failure goes back to the sender, from nobody, and is itself never answered") func failure() throws {
        let bytes = Array("Subject: x\r\n\r\nbody\r\n".utf8)
        let notice = try #require(
            Self.notices.notice(about: [Self.failure()], of: Self.message(from: "ann@a.example"), bytes: bytes, now: 5))
        #expect(notice.reversePath.isEmpty && notice.recipients.map(\.address) == ["ann@a.example"] && notice.expiresAt == 1005)
        let text = String(decoding: notice.bytes, as: UTF8.self)
        #expect(
            text.contains(
                "Original-Recipient: rfc822;bo+b@c.example\r\nFinal-Recipient: rfc822; bob@b.example\r\nAction: failed\r\nStatus: 5.1.1"))
        #expect(text.contains("Remote-MTA: dns; mx.b.example") && text.contains("Subject: x\r\n") && !text.contains("body"))
        #expect(Self.notices.notice(about: [Self.failure()], of: Self.message(from: ""), bytes: bytes, now: 5) == nil)
        #expect(Self.notices.notice(about: [], of: Self.message(from: "ann@a.example"), bytes: bytes, now: 5) == nil)
    }

    @Test("RET=FULL returns the message, as a part that parses") func full() throws {
        let bytes = Array("Subject: x\r\n\r\nbody\r\n".utf8)
        let message = Self.message(from: "ann@a.example", ret: "FULL")
        let notice = try #require(Self.notices.notice(about: [Self.failure()], of: message, bytes: bytes, now: 5))
        let parsed = ParsedMessage(notice.bytes)
        #expect(parsed.root.parts.map(\.kind) == [.leaf, .leaf, .message])
        #expect(parsed.bytes(of: MessageSection(part: [3])) == bytes)
    }
}
