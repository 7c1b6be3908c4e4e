import Cryptography
import Glibc
import MailRules
import MailStore
import MIME
import ProxyProtocol
import Runtime
import SMTP
import Supervision

/// Mail that a user of this tenant hands in (RFC 6409), from the login on, which the gateway checked and this session answers. The
/// message goes to the relay; what the relay says is what the user's mail program hears.
@EventLoopActor
package final class SubmissionSession: ClientSession {
    let user: Int64
    let service = ClientService.submission
    private let connection: Connection
    private let store: TenantStore
    private let facts: DoorFacts
    private let handover: SessionHandover
    private let counters: WorkerCounters
    private var server: SMTPServer
    private var endReason: String?
    /// As how many each recipient of the message counts that is an address of the tenant.
    private var counted: [SMTP.EnvelopeAddress: Int] = [:]
    /// What the message in hand takes.
    private let held: IncomingMemory.Share

    /// RFC 5321 §4.5.3.2.7.
    private static let idleTimeout = Duration.seconds(300)

    package init(
        connection: Connection, store: TenantStore, facts: DoorFacts, handover: SessionHandover, memory: WorkerMemory = WorkerMemory(),
        counters: WorkerCounters = WorkerCounters()
    ) {
        self.counters = counters
        self.connection = connection
        self.store = store
        self.facts = facts
        self.handover = handover
        held = IncomingMemory.Share(of: memory.incoming)
        user = handover.user
        var settings = SMTPServerConfiguration(door: .submission, hostname: facts.hostname)
        settings.maximumMessageSize = facts.limits.messageSize
        settings.maximumRecipients = facts.limits.recipients
        settings.maximumHops = facts.limits.hops
        settings.isEncrypted = handover.isEncrypted
        settings.resumedAfterLogin = .init(handover.clientName)
        server = SMTPServer(settings)
    }

    package func run() async {
        defer { held.release() }
        connection.write(Reply.authenticated.bytes)
        do {
            try await converse()
            if let endReason { connection.write(Reply(421, "4.3.2", endReason).bytes) }
        } catch .timedOut {
            connection.write(Reply.idleTooLong.bytes)
        } catch {
            Log.debug("a submission session broke off", ["user": "\(user)", "session": connection.session, "error": error.description])
        }
        try? await connection.flush()
    }

    package func end(reason: String) {
        endReason = reason
        connection.endReading()
    }

    private func converse() async throws(ConnectionError) {
        let slice = TimeSlice()
        while true {
            while let action = server.next() {
                guard await perform(action) else { return }
                try await connection.flushIfMuch()
                await slice.pauseIfOver()
            }
            try await connection.flush()
            guard let bytes = try await connection.read(timeout: Self.idleTimeout) else { return }
            guard !server.isReceivingMessage || held.grow(by: bytes.readableBytes) else {
                return connection.write(Reply.tooMuchTogether.bytes)
            }
            slice.restart()
            bytes.withUnsafeReadableBytes { server.feed($0) }
        }
    }

    /// - Returns: false when the session is over.
    private func perform(_ action: SMTPSession.Action) async -> Bool {
        switch action {
        case .reply(let reply): connection.write(reply.bytes)
        case .checkSender(let mail): server.answer(.senderChecked(await check(mail.reversePath, size: mail.size)))
        case .checkRecipient(let recipient): server.answer(.recipientChecked(await check(recipient)))
        case .deliver(let envelope, let bytes):
            let reply = await submit(envelope, bytes)
            counters.submitted(reply)
            server.answer(.delivered([reply]))
            held.release()
        case .abandon: held.release()
        case .close: return false
        case .authenticate, .startTLS: return false  // neither is offered after the login
        }
        return true
    }

    // MARK: Whom the user may be

    /// - Parameter size: what the client announced (RFC 1870).
    private func check(_ path: ReversePath, size: Int64?) async -> Reply? {
        counted = [:]
        guard let address = path.address else { return .nullSenderNotYours }
        do {
            // Asked for each message, so that it holds for sessions that are open too.
            let record = try await store.user(user)
            if case .suspended(let reason) = record.suspensions.outgoing { return .sendingSuspended(reason) }
            if let limit = record.messageSize, let size, size > limit { return .largerThanPlan(limit) }
        } catch {
            return .storeUnavailable
        }
        return await objection(to: address)
    }

    /// - Returns: why the user may not send as this address; nil if it may.
    private func objection(to address: SMTP.EnvelopeAddress) async -> Reply? {
        do {
            return try await store.mayUse(localPart: address.localPart, domain: address.domain, as: user) ? nil : .notYours(address)
        } catch {
            return .storeUnavailable
        }
    }

    /// Recipients of this tenant that do not exist are refused at once, where the user still sees it; all else is for the relay.
    private func check(_ recipient: RcptCommand) async -> Reply? {
        guard let address = recipient.path.address else { return .postmasterNeedsDomain }
        do {
            switch try await store.resolve(localPart: address.localPart, domain: address.domain, from: user) {
            case .noSuchUser: return .noSuchUser
            case .loop: return .aliasLoop
            case .targets(let targets):
                counted[address] = targets.countedRecipients
                return try await store.refusal(of: user, by: targets)
            case .notLocal, .suspended: return nil
            }
        } catch {
            return .storeUnavailable
        }
    }

    // MARK: The message

    private func submit(_ envelope: SMTPEnvelope, _ bytes: [UInt8]) async -> Reply {
        let message = SubmittedMessage(bytes)
        let recipients = Int64(envelope.recipients.reduce(0) { $0 + ($1.path.address.flatMap { counted[$0] } ?? 1) })
        do {
            for author in try message.authors() {
                if let refusal = await objection(to: author) { return refusal }
            }
        } catch {
            return .badAuthor(error)
        }
        do {
            if let limit = try await store.user(user).messageSize, bytes.count > limit { return .largerThanPlan(limit) }
            if let refusal = try await store.countSending(of: recipients, by: user) { return .sentTooMuch(refusal) }
        } catch {
            return .storeUnavailable
        }
        guard let sender = envelope.reversePath.address, let octets = try? Cryptography.randomBytes(16), let id = DeliveryID(octets: octets)
        else {
            return .storeUnavailable
        }
        let (completed, body) = message.completed(received: received(envelope, id), sender: sender, messageID: id.description)
        let header = await MessageSigner(store: store, facts: facts).signed(completed, body, trace: id)
        var mail = envelope.mail
        mail.submitter = nil
        mail.size = Int64(header.count) + Int64(body.count)
        mail.deliveryID = id
        mail.submittedBy = user
        let reply = await RelayHandOff(facts).send(mail, to: envelope.recipients, header, body)
        // Tries while the relay is away must not use up what the plan allows.
        if !reply.isPositive { await store.uncountSending(of: recipients, by: user) }
        Log.info(
            "message submitted",
            [
                "trace": id.description, "session": connection.session, "user": handover.address, "from": sender.description,
                "recipients": "\(envelope.recipients.count)",
                "size": "\(header.count + body.count)", "reply": reply.description,
            ])
        return reply
    }

    /// The Received field (RFC 5321 §4.4): `A` for the login, `S` for TLS (RFC 3848), `UTF8` (RFC 6531 §4.3).
    private func received(_ envelope: SMTPEnvelope, _ id: DeliveryID) -> [UInt8] {
        let literal = handover.clientAddress.utf8.contains(UInt8(ascii: ":")) ? "IPv6:\(handover.clientAddress)" : handover.clientAddress
        let keyword = (envelope.mail.usesUTF8 ? "UTF8SMTP" : "ESMTP") + (handover.isEncrypted ? "SA" : "A")
        var text = "Received: from \(envelope.clientName.isEmpty ? "[\(literal)]" : envelope.clientName) ([\(literal)])\r\n"
        text += " by \(facts.hostname) with \(keyword) id \(id)"
        if let version = handover.tlsVersion { text += "\r\n (\(version))" }
        return Array((text + ";\r\n ").utf8) + DateTime(secondsSince1970: Int64(time(nil))).formatted + [13, 10]
    }
}

extension Reply {
    /// RFC 6409 §6.1: who is not who it says it is, is refused.
    fileprivate static func notYours(_ address: SMTP.EnvelopeAddress) -> Reply { Reply(550, "5.7.1", "You may not send as <\(address)>") }
    fileprivate static func sendingSuspended(_ reason: String?) -> Reply {
        Reply(550, "5.7.1", "Your account may not send\(reason.map { ": \($0)" } ?? "; please ask your administrator")")
    }
    fileprivate static func sentTooMuch(_ refusal: SendingRefusal) -> Reply {
        let limit = "Your plan allows \(refusal.limit) recipients \(refusal.period == .hour ? "an hour" : "a day")"
        return refusal.fitsLater ? Reply(450, "4.7.1", limit + "; please try again later") : Reply(550, "5.7.1", limit)
    }
    fileprivate static let nullSenderNotYours = Reply(550, "5.7.1", "Give your own address as the sender")
    fileprivate static let postmasterNeedsDomain = Reply(550, "5.1.3", "Give the recipient's address with its domain")

    fileprivate static func badAuthor(_ problem: MessageAuthors.Problem) -> Reply {
        switch problem {
        case .severalFields: Reply(550, "5.7.1", "The message has more than one From or Sender field")
        case .unreadable: Reply(550, "5.7.1", "A From or Sender field is no list of addresses as RFC 5322 has it")
        }
    }
}
