import MailStore
import NIOCore
import Runtime
import SMTP

/// The door `lmtp`: takes messages for this tenant's users. A recipient is accepted when its address leads somewhere and there is room,
/// and a message is answered 250 when it is durable.
@EventLoopActor
package final class LMTPConnection {
    private let connection: Connection
    private let store: TenantStore
    private let facts: DoorFacts
    private let counters: WorkerCounters
    private var server: SMTPServer
    /// Of the transaction in hand, in the order of its accepted recipients.
    private var recipients: [AcceptedRecipient] = []
    private var size: Int64 = 0
    /// The user of this tenant who handed it in; nil: it came from elsewhere.
    private var submitter: Int64?
    /// What the message in hand takes.
    private let held: IncomingMemory.Share

    /// RFC 5321 §4.5.3.2.7.
    private static let idleTimeout = Duration.seconds(300)

    package init(
        connection: Connection, store: TenantStore, facts: DoorFacts, memory: WorkerMemory = WorkerMemory(),
        counters: WorkerCounters = WorkerCounters()
    ) {
        self.counters = counters
        self.connection = connection
        self.store = store
        self.facts = facts
        held = IncomingMemory.Share(of: memory.incoming)
        var settings = SMTPServerConfiguration(door: .lmtp, hostname: facts.hostname)
        settings.maximumMessageSize = facts.limits.messageSize
        settings.maximumRecipients = facts.limits.recipients
        settings.maximumHops = facts.limits.hops
        server = SMTPServer(settings)
    }

    package func run() async {
        defer { held.release() }
        do {
            let slice = TimeSlice()
            while true {
                while let action = server.next() {
                    guard try await perform(action) else { return }
                    try await connection.flushIfMuch()
                    await slice.pauseIfOver()
                }
                try await connection.flush()
                guard let bytes = try await connection.read(timeout: Self.idleTimeout) else { return }
                guard !server.isReceivingMessage || held.grow(by: bytes.readableBytes) else {
                    connection.write(Reply.tooMuchTogether.bytes)
                    return try await connection.flush()
                }
                slice.restart()
                bytes.withUnsafeReadableBytes { server.feed($0) }
            }
        } catch {
            Log.debug("a session at the LMTP door broke off", ["error": error.description])
        }
    }

    /// - Returns: false when the session is over.
    private func perform(_ action: SMTPSession.Action) async throws(ConnectionError) -> Bool {
        switch action {
        case .reply(let reply): connection.write(reply.bytes)
        case .checkSender(let mail):
            recipients = []
            size = mail.size ?? 0
            submitter = isRelay ? mail.submittedBy : nil
            server.answer(.senderChecked(nil))
        case .checkRecipient(let recipient): server.answer(.recipientChecked(await check(recipient)))
        case .deliver(let envelope, let bytes):
            let delivery = MessageDelivery(store: store, facts: facts, envelope: envelope, recipients: recipients)
            recipients = []
            let replies = await delivery.deliver(bytes)
            counters.delivered(replies)
            server.answer(.delivered(replies))
            held.release()
        case .abandon:
            recipients = []
            held.release()
        case .close:
            try await connection.flush()
            return false
        case .authenticate, .startTLS: return false  // neither is offered at this door
        }
        return true
    }

    /// - Returns: why the recipient is refused; nil if it is not.
    private func check(_ recipient: RcptCommand) async -> Reply? {
        guard let address = recipient.path.address else { return .noSuchUser }
        do {
            switch try await store.resolve(localPart: address.localPart, domain: address.domain, from: submitter) {
            case .notLocal: return .domainNotHere
            case .noSuchUser: return .noSuchUser
            case .suspended(let users):
                guard case .suspended(let reason) = users.first?.suspensions.incoming else { return .userSuspended(nil) }
                return .userSuspended(reason)
            case .loop: return .aliasLoop
            case .targets(let targets):
                if let refusal = try await store.refusal(of: submitter, by: targets) { return refusal }
                if let refusal = try await objection(to: targets, of: address) { return refusal }
                recipients.append(AcceptedRecipient(address: address.description, targets: targets))
                return nil
            }
        } catch {
            return Reply(error, defersOverQuota: facts.defersOverQuota)
        }
    }

    /// The relay had it from this tenant's worker; what the gateway brings came from the internet.
    private var isRelay: Bool {
        guard let relay = facts.relayUser else { return true }
        guard case .local(let peer) = connection.peer else { return false }
        return peer.user == relay
    }

    /// A recipient is refused here when none of its mailboxes has room; when some have, the delivery decides.
    private func objection(to targets: ResolvedTargets, of address: EnvelopeAddress) async throws(StoreError) -> Reply? {
        var first: QuotaRefusal?
        for target in targets.users {
            guard let refusal = try await store.check(user: target.user.id, size: size) else { return nil }
            first = first ?? refusal
        }
        guard targets.external.isEmpty, let first else { return nil }
        Log.notice("a recipient is refused: there is no room", ["to": address.description, "size": "\(size)", "quota": first.logged])
        return .overQuota(defers: facts.defersOverQuota)
    }
}

/// A recipient of the envelope, and where it leads.
struct AcceptedRecipient {
    /// As the sender wrote it.
    let address: String
    let targets: ResolvedTargets
}
