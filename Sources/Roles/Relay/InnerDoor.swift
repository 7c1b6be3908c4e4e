import OutboundQueue
import Runtime
import SMTP
import Supervision

/// The door `relay`: SMTP from tenant workers (submissions) and from the gateway (mail for a worker that asked to try again).
@EventLoopActor
final class InnerDoor {
    private let configuration: RelayConfiguration
    private let queue: OutboundQueue
    private let scheduler: DeliveryScheduler
    private let counters: RelayCounters
    private var sessions: [ObjectIdentifier: Connection] = [:]
    /// How many of them are of each worker.
    private var ofWorkers: [Int64: Int] = [:]
    private var isStopping = false

    private static let sessionLimit = 2_000
    /// One company's programs must not take what others need.
    private static let sessionLimitOfWorker = 100
    private static let idleTimeout = Duration.seconds(300)  // RFC 5321 §4.5.3.2.7

    init(_ configuration: RelayConfiguration, queue: OutboundQueue, scheduler: DeliveryScheduler, counters: RelayCounters) {
        self.counters = counters
        self.configuration = configuration
        self.queue = queue
        self.scheduler = scheduler
    }

    /// Sessions are being ended, or a message that came in whole is being made durable and answered.
    var isBusy: Bool { !sessions.isEmpty }

    func stop() {
        isStopping = true
        for connection in sessions.values { connection.endReading() }
    }

    func serve(_ connection: Connection) async {
        guard let caller = caller(of: connection) else {
            return Log.warning("a process without permission knocked at the relay's door", ["peer": connection.peer.description])
        }
        guard !isStopping, sessions.count < Self.sessionLimit, hasRoom(for: caller) else {
            connection.write((isStopping ? Reply.shuttingDown : .tooManyConnections).bytes)
            return (try? await connection.flush()) ?? ()
        }
        let key = ObjectIdentifier(connection)
        sessions[key] = connection
        count(caller, 1)
        defer {
            sessions[key] = nil
            count(caller, -1)
        }
        var settings = SMTPServerConfiguration(door: .relay, hostname: configuration.hostname)
        settings.maximumMessageSize = configuration.limits.innerMessageSize
        settings.maximumRecipients = configuration.limits.recipients
        settings.maximumHops = configuration.limits.innerHops
        do {
            try await converse(SMTPServer(settings), over: connection, caller: caller)
        } catch {
            Log.debug("a session at the relay's door broke off", ["error": String(describing: error)])
        }
    }

    private func hasRoom(for caller: Caller) -> Bool {
        guard case .worker(let tenant) = caller else { return true }
        return ofWorkers[tenant, default: 0] < Self.sessionLimitOfWorker
    }

    private func count(_ caller: Caller, _ change: Int) {
        guard case .worker(let tenant) = caller else { return }
        let count = ofWorkers[tenant, default: 0] + change
        ofWorkers[tenant] = count > 0 ? count : nil
    }

    private func converse(_ start: consuming SMTPServer, over connection: Connection, caller: Caller) async throws(ConnectionError) {
        var server = start
        while true {
            while let action = server.next() {
                switch action {
                case .reply(let reply): connection.write(reply.bytes)
                case .checkSender: server.answer(.senderChecked(nil))
                case .checkRecipient: server.answer(.recipientChecked(nil))
                case .deliver(let envelope, let bytes):
                    server.answer(.delivered([await take(envelope, bytes, from: caller)]))
                case .abandon: break
                case .close: return try await connection.flush()
                case .authenticate, .startTLS: return  // neither is offered at this door
                }
            }
            try await connection.flush()
            guard let bytes = try await connection.read(timeout: Self.idleTimeout) else { return }
            bytes.withUnsafeReadableBytes { server.feed($0) }
        }
    }

    /// Queues the message; 250 is said only when it is durable.
    private func take(_ envelope: SMTPEnvelope, _ bytes: [UInt8], from caller: Caller) async -> Reply {
        let now = Clock.now
        let recipients = envelope.recipients.map { recipient in
            NewMessage.Recipient(
                address: recipient.path.address?.description ?? "postmaster@\(configuration.hostname)",
                notify: recipient.notify?.description,
                originalRecipient: recipient.originalRecipient)
        }
        let mail = envelope.mail
        let message = NewMessage(
            tenant: tenant(of: envelope, caller), deliveryID: mail.deliveryID?.description ?? RandomName.make(),
            reversePath: mail.reversePath.description, recipients: recipients, usesUTF8: mail.usesUTF8,
            body: (mail.body ?? .sevenBit).rawValue, ret: mail.ret?.rawValue, envelopeID: mail.envelopeID, receivedAt: now,
            expiresAt: now + Int64(configuration.lifetime) * 1_000_000, bytes: bytes,
            submitter: speaksForUsers(caller) ? mail.submittedBy : nil)
        do {
            let withdrawals = scheduler.withdrawals
            let due = try await queue.enqueue(message)
            Log.info(
                "message queued",
                [
                    "queue": due.map { String($0.message.queueID) } ?? "known already", "trace": message.deliveryID,
                    "tenant": String(message.tenant), "from": message.reversePath, "recipients": String(recipients.count),
                    "size": String(bytes.count),
                ])
            if let due {
                counters.figures.queued &+= 1
                scheduler.take(due, unlessWithdrawnSince: withdrawals)
            }
            // Not the queue id, whose growth would tell how much others send.
            return Reply(250, "2.0.0", due == nil ? "Queued already" : "Queued as \(message.deliveryID)")
        } catch {
            Log.error("a message could not be queued", ["trace": message.deliveryID, "error": String(describing: error)])
            return .localError
        }
    }

    // MARK: Who calls

    private enum Caller { case worker(tenant: Int64), trusted }

    private func caller(of connection: Connection) -> Caller? {
        guard case .local(let peer) = connection.peer else { return nil }
        // An empty list: the door's group lets in whom it should.
        guard configuration.trustedPeers.isEmpty || configuration.trustedPeers.contains(peer.user) else { return nil }
        // Started as root, each tenant's worker runs as a user of its own: the relay's number less 2, and 1000, and the tenant's.
        guard let own = configuration.confinement.userID, Int64(peer.user) > Int64(own) + 998 else { return .trusted }
        return .worker(tenant: Int64(peer.user) - Int64(own) - 998)
    }

    /// A worker knows who is logged in there; the gateway's mail is nobody's here. Where all processes are one user's, they are not
    /// told apart.
    private func speaksForUsers(_ caller: Caller) -> Bool {
        if case .worker = caller { true } else { configuration.confinement.userID == nil }
    }

    /// The sender's tenant, else the recipient's: whose message an operator sees in the queue.
    private func tenant(of envelope: SMTPEnvelope, _ caller: Caller) -> Int64 {
        if case .worker(let tenant) = caller { return tenant }
        let sender = envelope.reversePath.address.flatMap { scheduler.tenant(of: $0.domain) }
        return sender ?? envelope.recipients.lazy.compactMap { $0.path.address }.compactMap { self.scheduler.tenant(of: $0.domain) }.first
            ?? 0
    }
}
