import InnerDoor
import NIOCore
import Runtime
import SMTP
import Supervision
import TLS

/// SMTP from the internet: each recipient is checked by its tenant's worker while the client waits for RCPT, and the message is handed to
/// the workers before the final dot is answered. Nothing is spooled here.
@EventLoopActor
final class TransportDoor {
    private let gateway: GatewayProcess
    private let connection: Connection
    private var server: SMTPServer
    private var transfer: InboundTransfer?
    /// What the message in hand takes.
    private let held: IncomingMemory.Share
    private var pace = Pace()

    init(gateway: GatewayProcess, connection: Connection) {
        self.gateway = gateway
        self.connection = connection
        held = IncomingMemory.Share(of: gateway.admission.incoming)
        server = SMTPServer(gateway.smtpConfiguration(.transport, for: connection))
    }

    func run() async {
        do {
            try await converse()
        } catch .timedOut {
            connection.write(Reply.idleTooLong.bytes)
            try? await connection.flush()
        } catch {
            // The client is gone; what it was not told to be accepted it still has.
        }
        await abandon()
    }

    private func converse() async throws(ConnectionError) {
        let slice = TimeSlice()
        while true {
            while let action = server.next() {
                guard try await perform(action) else { return }
                pace.commandCame()
                try await connection.flushIfMuch()
                await slice.pauseIfOver()
            }
            try await connection.flush()
            guard pace.timeLeft() > .zero else { throw .timedOut }
            guard let bytes = try await connection.read(timeout: pace.timeLeft()) else { return }
            if server.isReceivingMessage { pace.received(bytes.readableBytes) }
            guard !server.isReceivingMessage || held.grow(by: bytes.readableBytes) else {
                connection.write(Reply.tooMuchTogether.bytes)
                return try await connection.flush()
            }
            slice.restart()
            bytes.withUnsafeReadableBytes { server.feed($0) }
        }
    }

    /// - Returns: false when the connection is over.
    private func perform(_ action: SMTPSession.Action) async throws(ConnectionError) -> Bool {
        switch action {
        case .reply(let reply): connection.write(reply.bytes)
        case .startTLS:
            try await connection.flush()
            try await gateway.startTLS(on: connection)
            server.answer(.tlsStarted)
        case .checkSender(let mail): server.answer(.senderChecked(begin(mail)))
        case .checkRecipient(let recipient):
            let refusal: Reply? = if let transfer { await transfer.check(recipient) } else { .badSequence }
            if refusal != nil { gateway.counters.recipientRefused() }
            server.answer(.recipientChecked(refusal))
        case .deliver(let envelope, let message):
            let reply = await deliver(envelope, message)
            server.answer(.delivered([reply]))
        case .abandon: await abandon()
        case .authenticate: server.answer(.authentication(.unavailable))  // AUTH is not offered at this door
        case .close:
            try await connection.flush()
            return false
        }
        return true
    }

    private func begin(_ mail: MailCommand) -> Reply? {
        guard !gateway.admission.isClosed else { return .shuttingDown }
        guard let transfer = InboundTransfer(gateway: gateway, mail: mail) else { return .localError }
        gateway.admission.beginTransfer()
        self.transfer = transfer
        return nil
    }

    private func deliver(_ envelope: SMTPEnvelope, _ message: [UInt8]) async -> Reply {
        guard let transfer else { return .localError }
        let trace = ReceivedField(
            envelope: envelope, client: connection.peer, tlsVersion: await connection.tlsVersion, hostname: gateway.configuration.hostname,
            delivery: transfer.delivery)
        let reply = await transfer.deliver(envelope, trace: trace.bytes, message: ByteBuffer(bytes: message))
        gateway.counters.messageCame(reply)
        Log.info(
            "message received",
            [
                "trace": "\(transfer.delivery)", "session": connection.session, "from": "\(envelope.reversePath)",
                "recipients": "\(envelope.recipients.count)", "size": "\(message.count)", "client": "\(connection.peer)",
                "reply": "\(reply)",
            ])
        end()
        return reply
    }

    private func abandon() async {
        await transfer?.abandon()
        end()
    }

    private func end() {
        if transfer != nil { gateway.admission.endTransfer() }
        transfer = nil
        held.release()
    }
}
