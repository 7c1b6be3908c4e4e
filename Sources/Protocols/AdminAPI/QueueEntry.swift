import Quantities

/// One message that waits in the relay, with its recipients.
public struct QueueEntry: Codable, Sendable, Hashable {
    public var id: Int64
    /// The sender's tenant for mail going out, the recipient's for mail coming in that waits; nil for none.
    public var tenant: TenantName?
    /// The reverse-path; empty for notifications.
    public var sender: String
    public var size: ByteCount
    public var receivedAt: Timestamp
    public var expiresAt: Timestamp
    public var held: Bool
    public var recipients: [QueueRecipient]

    public init(
        id: Int64, tenant: TenantName?, sender: String, size: ByteCount, receivedAt: Timestamp, expiresAt: Timestamp, held: Bool,
        recipients: [QueueRecipient]
    ) {
        (self.id, self.tenant, self.sender, self.size) = (id, tenant, sender, size)
        (self.receivedAt, self.expiresAt, self.held, self.recipients) = (receivedAt, expiresAt, held, recipients)
    }
}

public struct QueueRecipient: Codable, Sendable, Hashable {
    public enum State: String, Codable, Sendable { case waiting, delivered, failed }

    public var address: String
    public var state: State
    public var attempts: Int
    public var nextAttemptAt: Timestamp?
    /// What the other side, or the lookup of it, last said.
    public var lastReply: String?

    public init(address: String, state: State, attempts: Int, nextAttemptAt: Timestamp?, lastReply: String?) {
        (self.address, self.state, self.attempts) = (address, state, attempts)
        (self.nextAttemptAt, self.lastReply) = (nextAttemptAt, lastReply)
    }
}

/// The number of a queued message, as it stands in a path.
public struct QueueID: ValidatedText {
    public let number: Int64
    public var text: String { String(number) }

    public init(_ text: String) throws(AdminError) {
        guard text.utf8.count <= 19, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text), number > 0 else {
            throw AdminError(.invalid, "\(quoted(text)) is not a queue number.", hint: "`queue list` shows the numbers.")
        }
        self.number = number
    }

    public static func < (left: QueueID, right: QueueID) -> Bool { left.number < right.number }
}
