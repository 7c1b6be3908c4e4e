import Cryptography
import MailStore
import Runtime
import SMTP

/// One message on its way into mailboxes, and out again where an alias, a group or a user's forward leads to another platform.
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
        let header = HeaderScan(message)
        // Mail of a group, or of a user who forwards, that comes round again is not even stored; an alias's ends where it would go out
        // once more.
        let round = Set(recipients.filter { $0.targets.endsWhatComesRound && wasHere(message, header, $0) }.map(\.address))
        let stored = await store(message, header, id, without: round)
        var replies: [Reply] = []
        for recipient in recipients {
            if round.contains(recipient.address) {
                replies.append(.forwardLoop)
                continue
            }
            var own = recipient.targets.users.map { target in
                Self.refusal(of: message, to: target.user) ?? Reply(stored[target.user.id], defersOverQuota: facts.defersOverQuota)
            }
            // Only once its mailboxes here have their answer for good: the relay forgets what it has sent, so forwarding at each of
            // the tries that a mailbox asks for would send a copy each time.
            if !recipient.targets.external.isEmpty, !own.contains(where: \.isTransient) {
                own += await forward(message, header, for: recipient, id)
            }
            replies.append(.together(own))
        }
        log(replies, stored, id, message.count)
        tellWhoIsAway(message, header, stored, replies, id)
        return replies
    }

    // MARK: Into mailboxes

    /// Stores the message once for all its mailboxes; those that it reaches through a group have a copy that says so. Each user gets one.
    private func store(
        _ message: [UInt8], _ header: HeaderScan, _ id: [UInt8], without round: Set<String>
    ) async -> [Int64: DeliveryOutcome] {
        let found = recipients.filter { !round.contains($0.address) }.flatMap(\.targets.users).filter {
            Self.refusal(of: message, to: $0.user) == nil
        }
        var copies: [(group: String?, users: [Int64])] = []
        var known: Set<Int64> = []
        // First those who are addressed themselves.
        for target in found.filter({ $0.group == nil }) + found.filter({ $0.group != nil }) where known.insert(target.user.id).inserted {
            if let last = copies.indices.last, copies[last].group == target.group {
                copies[last].users.append(target.user.id)
            } else {
                copies.append((target.group, [target.user.id]))
            }
        }
        var outcomes: [Int64: DeliveryOutcome] = [:]
        for copy in copies {
            for (user, outcome) in zip(copy.users, await store(message, header, id, through: copy.group, for: copy.users)) {
                outcomes[user] = outcome
            }
        }
        return outcomes
    }

    private func store(
        _ message: [UInt8], _ header: HeaderScan, _ id: [UInt8], through group: String?, for users: [Int64]
    ) async -> [DeliveryOutcome] {
        // With several recipients the copy is theirs in common, and none is to learn of the others.
        let trace = TraceFields(
            returnPath: envelope.reversePath, deliveredTo: recipients.count == 1 ? recipients.first?.address : nil)
        let list = group.map { ListFields(group: $0, header: header).bytes } ?? []
        return await store.deliver(
            Delivery(
                id: id, isFirstAttempt: envelope.mail.isFirstAttempt || envelope.mail.deliveryID == nil,
                reversePath: envelope.reversePath.description, bytes: trace.bytes + list + message,
                recipients: users.map { DeliveryRecipient(user: $0) }))
    }

    /// Why the user does not take the message, whoever else does.
    private static func refusal(of message: [UInt8], to user: UserRecord) -> Reply? {
        guard let limit = user.messageSize, message.count > limit else { return nil }
        return .largerThanPlan(limit)
    }

    /// Has the sender told of users who are away, later: nobody waits for it.
    private func tellWhoIsAway(
        _ message: [UInt8], _ header: HeaderScan, _ stored: [Int64: DeliveryOutcome], _ replies: [Reply], _ id: [UInt8]
    ) {
        var away: [UserRecord] = []
        for user in recipients.flatMap(\.targets.users).map(\.user) where user.hasVacation && !away.contains(user) {
            if case .stored = stored[user.id] { away.append(user) }
        }
        // Those who keep no copy: what they forward is durable.
        for (recipient, reply) in zip(recipients, replies) where reply.isPositive {
            let others = recipient.targets.forwards.filter { !$0.keepsCopy && !$0.leadsNowhere }.map(\.user)
            away += others.filter { $0.hasVacation && !away.contains($0) }
        }
        guard !away.isEmpty else { return }
        let replies = VacationReplies(store: store, facts: facts, reversePath: envelope.reversePath, deliveryID: id)
        let (top, users) = (Array(message[..<header.end]), away)
        EventLoopActor.task { await replies.answer(top, of: users) }
    }

    // MARK: Out again

    /// Hands the message to the relay for the addresses outside: those that aliases and forwards lead to, and those of each group.
    private func forward(_ message: [UInt8], _ header: HeaderScan, for recipient: AcceptedRecipient, _ id: [UInt8]) async -> [Reply] {
        if wasHere(message, header, recipient) { return [.forwardLoop] }
        var replies: [Reply] = []
        var taken: [ForwardedParts.Part] = []
        let members = Set(recipient.targets.groups.flatMap(\.external))
        let others = recipient.targets.external.filter { !members.contains($0) }
        if !others.isEmpty { replies.append(await send(message, header, to: others, for: recipient, id, &taken)) }
        for group in recipient.targets.groups where !group.external.isEmpty {
            replies.append(await send(message, header, to: group.external, through: group, for: recipient, id, &taken))
        }
        // The sender tries again when one part has to wait.
        if replies.contains(where: \.isTransient) { facts.forwarded.add(taken) } else { facts.forwarded.remove(taken) }
        return replies
    }

    private func wasHere(_ message: [UInt8], _ header: HeaderScan, _ recipient: AcceptedRecipient) -> Bool {
        header.fields(named: "delivered-to").contains { header.value(of: $0, in: message) == Array(recipient.address.utf8) }
    }

    /// Under an id of its own that is the same at each attempt.
    private func send(
        _ message: [UInt8], _ header: HeaderScan, to addresses: [String], through group: ResolvedGroup? = nil,
        for recipient: AcceptedRecipient, _ id: [UInt8], _ taken: inout [ForwardedParts.Part]
    ) async -> Reply {
        let name = id + Array("\(facts.tenant) \(recipient.address)\(group.map { " \($0.address)" } ?? "")".utf8)
        guard let digest = try? Cryptography.sha256(name), let forwardID = DeliveryID(octets: Array(digest.prefix(16))) else {
            return .storeUnavailable
        }
        let paths = addresses.compactMap { SMTP.EnvelopeAddress($0) }
        guard paths.count == addresses.count else {
            Log.error(
                "an alias, a group or a forward leads to an address that is none",
                ["trace": Hexadecimal.encode(id), "address": recipient.address])
            return .storeUnavailable
        }
        var mail = MailCommand(
            reversePath: returnPath(through: group), body: envelope.mail.body, usesUTF8: envelope.mail.usesUTF8, deliveryID: forwardID)
        mail.usesUTF8 = mail.usesUTF8 || mail.reversePath.needsUTF8 || paths.contains(where: \.needsUTF8)
        let trace = TraceFields(returnPath: nil, deliveredTo: recipient.address)
        let list = group.map { ListFields(group: $0.address, header: header).bytes } ?? []
        var rest = paths.map { RcptCommand(path: .address($0)) }[...]
        while !rest.isEmpty {
            // As many at a time as the relay takes.
            let part = rest.prefix(facts.limits.recipients)
            rest = rest.dropFirst(part.count)
            guard let mark = ForwardedParts.part(of: forwardID, to: Array(part)) else { return .storeUnavailable }
            guard !facts.forwarded.contains(mark) else {
                taken.append(mark)
                continue
            }
            let reply = await RelayHandOff(facts).send(mail, to: Array(part), trace.bytes + list, message)
            Log.info(
                "message forwarded",
                [
                    "trace": Hexadecimal.encode(id), "forwarded": forwardID.description, "to": recipient.address,
                    "reply": reply.description,
                ])
            guard reply.isPositive else { return reply.isPermanent ? reply : .storeUnavailable }
            taken.append(mark)
        }
        return .delivered
    }

    /// Who hears that a member outside was not reached: the group's first owner, who can do something about it. Never for what is
    /// itself such a notice, so that none goes in a circle.
    private func returnPath(through group: ResolvedGroup?) -> ReversePath {
        guard envelope.reversePath != .null, let owner = group?.owners.first, let address = SMTP.EnvelopeAddress(owner) else {
            return envelope.reversePath
        }
        return .address(address)
    }

    private func log(_ replies: [Reply], _ stored: [Int64: DeliveryOutcome], _ id: [UInt8], _ size: Int) {
        for (recipient, reply) in zip(recipients, replies) {
            var fields = [
                "trace": Hexadecimal.encode(id), "from": envelope.reversePath.description, "to": recipient.address, "size": "\(size)",
                "reply": reply.description,
            ]
            for case .overQuota(let refusal)? in recipient.targets.users.map({ stored[$0.user.id] }) { fields["quota"] = refusal.logged }
            reply.isPositive ? Log.info("message delivered", fields) : Log.notice("message not delivered", fields)
            for group in recipient.targets.closed where reply.isPositive {
                Log.notice(
                    "message not forwarded: a group does not take it from its sender", fields.merging(["group": group.address]) { $1 })
            }
        }
    }
}

extension ResolvedTargets {
    /// Whether those here have what comes round again already.
    fileprivate var endsWhatComesRound: Bool { !groups.isEmpty || (!forwards.isEmpty && !external.isEmpty) }
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
