import Cryptography
import MailStore
import Runtime
import SMTP

/// One message on its way into mailboxes, and out again where an alias leads to another platform.
@EventLoopActor
struct MessageDelivery {
    let store: TenantStore
    let facts: DoorFacts
    let envelope: SMTPEnvelope
    let recipients: [AcceptedRecipient]

    /// - Returns: a reply for each recipient. 250 means that all it leads to is durable: stored here, or queued at the relay.
    func deliver(_ message: [UInt8]) async -> [Reply] {
        guard let id = envelope.mail.deliveryID?.octets ?? (try? Cryptography.randomBytes(16)) else {
            return recipients.map { _ in .storeUnavailable }
        }
        let stored = await store(message, id)
        let header = HeaderScan(message)
        var replies: [Reply] = []
        for recipient in recipients {
            var own = recipient.targets.users.map { target in
                Self.refusal(of: message, to: target.user) ?? Reply(stored[target.user.id], defersOverQuota: facts.defersOverQuota)
            }
            // Only once its mailboxes here have their answer for good: the relay forgets what it has sent, so forwarding at each of
            // the tries that a mailbox asks for would send a copy each time.
            if !recipient.targets.external.isEmpty, !own.contains(where: \.isTransient) {
                own.append(await forward(message, header, for: recipient, id))
            }
            replies.append(.together(own))
        }
        log(replies, id, message.count)
        return replies
    }

    // MARK: Into mailboxes

    /// Stores the message once for all its mailboxes.
    private func store(_ message: [UInt8], _ id: [UInt8]) async -> [Int64: DeliveryOutcome] {
        var users: [Int64] = []
        for user in recipients.flatMap(\.targets.users).map(\.user) where Self.refusal(of: message, to: user) == nil {
            if !users.contains(user.id) { users.append(user.id) }
        }
        guard !users.isEmpty else { return [:] }
        // With several recipients the copy is theirs in common, and none is to learn of the others.
        let trace = TraceFields(
            returnPath: envelope.reversePath, deliveredTo: recipients.count == 1 ? recipients.first?.address : nil)
        let outcomes = await store.deliver(
            Delivery(
                id: id, isFirstAttempt: envelope.mail.isFirstAttempt || envelope.mail.deliveryID == nil,
                reversePath: envelope.reversePath.description, bytes: trace.bytes + message,
                recipients: users.map { DeliveryRecipient(user: $0) }))
        return Dictionary(zip(users, outcomes)) { first, _ in first }
    }

    /// Why the user does not take the message, whoever else does.
    private static func refusal(of message: [UInt8], to user: UserRecord) -> Reply? {
        guard let limit = user.messageSize, message.count > limit else { return nil }
        return .largerThanPlan(limit)
    }

    // MARK: Out again

    /// Hands the message to the relay for the addresses outside, under an id of its own that is the same at each attempt.
    private func forward(_ message: [UInt8], _ header: HeaderScan, for recipient: AcceptedRecipient, _ id: [UInt8]) async -> Reply {
        let wasHere = header.fields(named: "delivered-to").contains { header.value(of: $0, in: message) == Array(recipient.address.utf8) }
        if wasHere { return .forwardLoop }
        let name = id + Array("\(facts.tenant) \(recipient.address)".utf8)
        guard let digest = try? Cryptography.sha256(name), let forwardID = DeliveryID(octets: Array(digest.prefix(16))) else {
            return .storeUnavailable
        }
        let paths = recipient.targets.external.compactMap { SMTP.EnvelopeAddress($0) }
        guard paths.count == recipient.targets.external.count else {
            Log.error("an alias leads to an address that is none", ["trace": Hexadecimal.encode(id), "alias": recipient.address])
            return .storeUnavailable
        }
        var mail = MailCommand(
            reversePath: envelope.reversePath, body: envelope.mail.body, usesUTF8: envelope.mail.usesUTF8, deliveryID: forwardID)
        mail.usesUTF8 = mail.usesUTF8 || paths.contains(where: \.needsUTF8)
        let trace = TraceFields(returnPath: nil, deliveredTo: recipient.address)
        let reply = await RelayHandOff(facts).send(mail, to: paths.map { RcptCommand(path: .address($0)) }, trace.bytes, message)
        Log.info(
            "message forwarded",
            [
                "trace": Hexadecimal.encode(id), "forwarded": forwardID.description, "alias": recipient.address, "reply": reply.description,
            ])
        return reply.isPositive ? .delivered : reply.isPermanent ? reply : .storeUnavailable
    }

    private func log(_ replies: [Reply], _ id: [UInt8], _ size: Int) {
        for (recipient, reply) in zip(recipients, replies) {
            let fields = [
                "trace": Hexadecimal.encode(id), "from": envelope.reversePath.description, "to": recipient.address, "size": "\(size)",
                "reply": reply.description,
            ]
            reply.isPositive ? Log.info("message delivered", fields) : Log.notice("message not delivered", fields)
        }
    }
}

/// What the last server writes above a message (RFC 5321 §4.4).
struct TraceFields {
    let returnPath: ReversePath?
    let deliveredTo: String?

    var bytes: [UInt8] {
        var text = ""
        if let returnPath { text += "Return-Path: <\(returnPath)>\r\n" }
        if let deliveredTo { text += "Delivered-To: \(deliveredTo)\r\n" }
        return Array(text.utf8)
    }
}
