import BlobStore
import NIOSSL
import OutboundQueue
import Runtime
import SMTP

/// Brings messages to one destination, one after the other, over one connection while it lasts.
@EventLoopActor
final class DeliverySession {
    private let destination: Destination
    private let finder: HostFinder
    private let queue: OutboundQueue
    private let tls: NIOSSLContext?
    /// What other hosts are told of a reverse-path that a tenant gave.
    private let publicPath: @EventLoopActor (ReversePath, Int64) -> ReversePath
    private var connection: OutgoingConnection?

    /// Recipients of one transaction; every server takes as many (RFC 5321 §4.5.3.1.8).
    private static let recipientLimit = 100

    init(
        _ destination: Destination, finder: HostFinder, queue: OutboundQueue, tls: NIOSSLContext?,
        publicPath: @escaping @EventLoopActor (ReversePath, Int64) -> ReversePath
    ) {
        self.publicPath = publicPath
        self.destination = destination
        self.finder = finder
        self.queue = queue
        self.tls = destination.isLocal ? nil : tls
    }

    func close() async {
        await connection?.close(politely: true)
        connection = nil
    }

    func attempt(_ job: DeliveryJob) async -> AttemptResult {
        let bytes: [UInt8]
        do {
            bytes = try await queue.bytes(of: job.message)
        } catch .damaged, .noSuchSegment {
            Log.error(
                "a queued message is damaged",
                [
                    "queue": String(job.message.queueID), "trace": job.message.deliveryID, "blob": job.message.blob.description,
                ])
            return .settled(job.recipients.map { _ in RecipientResult(.refused, .damaged) })
        } catch {
            return .settled(job.recipients.map { _ in RecipientResult(.deferred, .storeUnavailable(String(describing: error))) })
        }
        var results: [RecipientResult] = []
        var rest = job.recipients[...]
        while !rest.isEmpty {
            switch await transact(job.message, Array(rest.prefix(Self.recipientLimit)), bytes) {
            case .settled(let some):
                results += some
                rest = rest.dropFirst(some.count)
            case .unreachable(let reply) where !results.isEmpty:
                // Some are settled already: the others are only put off.
                results += rest.map { _ in RecipientResult(.deferred, reply) }
                rest = []
            case let other: return other
            }
        }
        return .settled(results)
    }

    /// One transaction. A kept connection that turns out dead is replaced once, unless the host may have taken the message: then the
    /// schedule says when to ask again. Our own workers know a repeated message by its delivery id.
    private func transact(_ message: QueuedMessage, _ recipients: [QueuedRecipient], _ bytes: [UInt8]) async -> AttemptResult {
        let envelope = envelope(message, recipients)
        if let kept = connection {
            do {
                return await finish(try await kept.send(envelope, bytes), over: kept)
            } catch {
                await drop(kept)
                Log.debug("a kept connection is of no more use", ["host": kept.candidate.name, "error": error.description])
                if kept.messageIsUnanswered, !destination.isLocal { return .settled(Self.deferred(recipients, kept, error)) }
            }
        }
        switch await open() {
        case .failure(let result): return result
        case .success(let fresh):
            do {
                return await finish(try await fresh.send(envelope, bytes), over: fresh)
            } catch {
                await drop(fresh)
                return .settled(Self.deferred(recipients, fresh, error))
            }
        }
    }

    private static func deferred(
        _ recipients: [QueuedRecipient], _ broken: OutgoingConnection, _ error: OutgoingConnection.Failure
    ) -> [RecipientResult] {
        let reply = Reply.unreachable("\(broken.candidate.name): \(error)")
        return recipients.map { _ in RecipientResult(.deferred, reply) }
    }

    private func drop(_ broken: OutgoingConnection) async {
        connection = nil
        await broken.close(politely: false)
    }

    private func finish(_ replies: [Reply], over used: OutgoingConnection) async -> AttemptResult {
        // 421 announces that the host closes the connection (RFC 5321 §3.8).
        if replies.contains(where: { $0.code == 421 }) { await drop(used) }
        return .settled(
            replies.map { reply in
                let kind: RecipientResult.Kind =
                    reply.isPositive ? .delivered(tellsSender: used.offersDSN) : reply.isTransient ? .deferred : .refused
                return RecipientResult(kind, reply, host: used.candidate.name)
            })
    }

    private enum Opened { case success(OutgoingConnection), failure(AttemptResult) }

    /// Tries the destination's hosts until one says hello.
    private func open() async -> Opened {
        let candidates: [Candidate]
        switch await finder.find(destination) {
        case .candidates(let found): candidates = found
        case .unreachable(let reply): return .failure(.unreachable(reply))
        case .impossible(let reply): return .failure(.impossible(reply))
        }
        var problem = Reply.unreachable("\(destination) has no host")
        for candidate in candidates {
            do {
                let opened = try await OutgoingConnection.open(candidate, name: finder.hostname, tls: tls)
                connection = opened
                return .success(opened)
            } catch {
                problem = .unreachable("\(candidate.name): \(error)")
                Log.info(
                    "a host cannot be worked with",
                    ["host": candidate.name, "address": candidate.address.description, "error": error.description])
            }
        }
        return .failure(.unreachable(problem))
    }

    private func envelope(_ message: QueuedMessage, _ recipients: [QueuedRecipient]) -> SMTPEnvelope {
        let given = ReversePath(text: message.reversePath) ?? .null
        let mail = MailCommand(
            reversePath: destination.isLocal ? given : publicPath(given, message.tenant), body: MailCommand.Body(rawValue: message.body),
            usesUTF8: message.usesUTF8, ret: message.ret.flatMap(MailCommand.Return.init), envelopeID: message.envelopeID,
            deliveryID: DeliveryID(message.deliveryID),
            // Another tenant's user is nobody there.
            submittedBy: destination == .tenant(message.tenant) ? message.submitter : nil)
        return SMTPEnvelope(
            mail: mail,
            recipients: recipients.map { recipient in
                RcptCommand(
                    path: SMTP.EnvelopeAddress(recipient.address).map { .address($0) } ?? .postmaster,
                    notify: recipient.notify.flatMap { RcptCommand.Notify($0.utf8) }, originalRecipient: recipient.originalRecipient)
            })
    }
}
