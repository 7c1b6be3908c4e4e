import MIME
import OutboundQueue
import SMTP

/// Writes the notifications that an attempt calls for: who is told what, by NOTIFY (RFC 3461 §5.2) and RFC 3464.
package struct Notices: Sendable {
    let hostname: String
    /// Microseconds that a notice may stay in the queue.
    let lifetime: Int64

    package struct Item: Sendable, Equatable {
        var recipient: QueuedRecipient
        var action: DeliveryReport.Action
        var reply: Reply
        var host: String?

        package init(recipient: QueuedRecipient, action: DeliveryReport.Action, reply: Reply, host: String? = nil) {
            self.recipient = recipient
            self.action = action
            self.reply = reply
            self.host = host
        }
    }

    package init(hostname: String, lifetime: Int64) {
        self.hostname = hostname
        self.lifetime = lifetime
    }

    /// Whether this outcome is to be told. Without NOTIFY only failures are (RFC 3461 §4.1).
    package static func wants(_ action: DeliveryReport.Action, _ recipient: QueuedRecipient) -> Bool {
        let notify = recipient.notify.flatMap { RcptCommand.Notify($0.utf8) } ?? .failure
        return switch action {
        case .failed: notify.contains(.failure)
        case .delayed: notify.contains(.delay)
        case .delivered, .relayed, .expanded: notify.contains(.success)
        }
    }

    /// The notice to the sender; nil when nobody is to be told. Mail from the null reverse-path is never answered, so that
    /// notices about notices cannot arise (RFC 5321 §4.5.5).
    package func notice(about items: [Item], of message: QueuedMessage, bytes: [UInt8], now: Int64) -> NewMessage? {
        guard !items.isEmpty, !message.reversePath.isEmpty else { return nil }
        let report = report(items, message, bytes, now)
        return NewMessage(
            tenant: message.tenant, deliveryID: RandomName.make(), reversePath: "",
            recipients: [NewMessage.Recipient(address: message.reversePath, notify: "NEVER")], usesUTF8: report.needsUTF8,
            body: report.message.allSatisfy { $0 < 0x80 } ? "7BIT" : "8BITMIME", receivedAt: now, expiresAt: now + lifetime,
            bytes: report.message)
    }

    private func report(_ items: [Item], _ message: QueuedMessage, _ bytes: [UInt8], _ now: Int64) -> DeliveryReport {
        DeliveryReport(
            reportingMTA: hostname, sender: Array(message.reversePath.utf8), envelopeID: message.envelopeID.map { Array($0.utf8) },
            arrival: DateTime(secondsSince1970: message.receivedAt / 1_000_000),
            recipients: items.map { Self.recipient($0, now) }, returned: Self.returned(items, message, bytes),
            date: DateTime(secondsSince1970: now / 1_000_000), messageID: Array("<\(RandomName.make())@\(hostname)>".utf8),
            boundary: "=_\(RandomName.make())")
    }

    /// The whole message on RET=FULL, and for failures only; else its header (RFC 3461 §4.3). Without RET the header is enough.
    private static func returned(_ items: [Item], _ message: QueuedMessage, _ bytes: [UInt8]) -> DeliveryReport.Returned {
        let hasFailure = items.contains { $0.action == .failed }
        if message.ret == MailCommand.Return.full.rawValue, hasFailure { return .full(bytes) }
        let header = ParsedMessage(Self.headerOnly(bytes)).root.headerRange
        return .header(Array(bytes[header]))
    }

    /// Up to the first empty line, so that a large body is not parsed for its header.
    private static func headerOnly(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        var lineStart = 0
        while let end = bytes[lineStart...].firstIndex(of: 10) {
            if end - lineStart <= 1 { return bytes[...end] }
            lineStart = end + 1
        }
        return bytes[...]
    }

    private static func recipient(_ item: Item, _ now: Int64) -> DeliveryReport.Recipient {
        let original = item.recipient.originalRecipient.map { text -> [UInt8] in
            let parts = text.split(separator: ";", maxSplits: 1)
            guard parts.count == 2 else { return Array(text.utf8) }
            return Array("\(parts[0]);\(XText.decode(parts[1].utf8) ?? String(parts[1]))".utf8)
        }
        let spoken = item.host.map { "\($0) said: \(item.reply)" } ?? item.reply.description
        return DeliveryReport.Recipient(
            original: original, final: Array(item.recipient.address.utf8), action: item.action, status: status(item),
            remoteMTA: item.host, diagnostic: item.host == nil ? nil : Array(item.reply.description.utf8),
            lastAttempt: DateTime(secondsSince1970: now / 1_000_000), explanation: spoken)
    }

    /// RFC 3463's class follows the action; what the reply says in detail is kept.
    private static func status(_ item: Item) -> String {
        if let status = item.reply.status { return status.description }
        return switch item.action {
        case .failed: item.reply.isTransient ? "4.0.0" : "5.0.0"
        case .delayed: "4.0.0"
        case .delivered, .relayed, .expanded: "2.0.0"
        }
    }
}
