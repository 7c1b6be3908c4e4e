import Runtime
import SASL
import SMTP
import Supervision
import TLS

/// A submission connection up to login (RFC 6409); then its tenant's worker takes the mail.
@EventLoopActor
final class SubmissionDoor {
    private let gateway: GatewayProcess
    private let connection: Connection
    private let deadline: ContinuousClock.Instant
    private var server: SMTPServer

    init(gateway: GatewayProcess, connection: Connection) {
        self.gateway = gateway
        self.connection = connection
        deadline = gateway.loginDeadline
        server = SMTPServer(gateway.smtpConfiguration(.submission, for: connection))
    }

    func run() async {
        do {
            let slice = TimeSlice()
            while true {
                while let action = server.next() {
                    guard try await perform(action) else { return }
                    try await connection.flushIfMuch()
                    await slice.pauseIfOver()
                }
                try await connection.flush()
                guard let bytes = try await gateway.read(from: connection, until: deadline) else { return }
                slice.restart()
                bytes.withUnsafeReadableBytes { server.feed($0) }
            }
        } catch .timedOut {
            connection.write(Reply.loginTooLate.bytes)
            try? await connection.flush()
        } catch {
            // The client is gone; before login there is nothing to keep.
        }
    }

    /// - Returns: false when the connection is over, or another process's.
    private func perform(_ action: SMTPSession.Action) async throws(ConnectionError) -> Bool {
        switch action {
        case .reply(let reply): connection.write(reply.bytes)
        case .startTLS:
            try await connection.flush()
            try await gateway.startTLS(on: connection)
            server.answer(.tlsStarted)
        case .authenticate(let credentials): return try await logIn(credentials)
        case .close:
            try await connection.flush()
            return false
        // Before login the session lets no transaction begin; should it ever, it is refused.
        case .checkSender: server.answer(.senderChecked(.badSequence))
        case .checkRecipient: server.answer(.recipientChecked(.badSequence))
        case .deliver: server.answer(.delivered([.badSequence]))
        case .abandon: break
        }
        return true
    }

    private func logIn(_ credentials: SASLCredentials) async throws(ConnectionError) -> Bool {
        guard !credentials.actsForAnother else {
            server.answer(.authentication(.refused))
            return true
        }
        switch await gateway.logIn(credentials, service: .submission, on: connection) {
        case .accepted(let user):
            let handOver = HandOver(
                service: .submission, user: user, clientName: server.clientName, bufferedInput: server.takeUnread())
            switch await gateway.relay(connection, handOver) {
            case .ended: return false
            case .unreachable: server.answer(.authentication(.unavailable))
            case .tooManySessions: server.answer(.authentication(.tooManySessions))
            }
        case .refused: server.answer(.authentication(.refused))
        case .suspended(let reason): server.answer(.authentication(.suspended(reason: reason)))
        case .unavailable: server.answer(.authentication(.unavailable))
        }
        return true
    }
}

extension GatewayProcess {
    func smtpConfiguration(_ door: SMTP.SMTPDoor, for connection: Connection) -> SMTPServerConfiguration {
        var result = SMTPServerConfiguration(door: door, hostname: configuration.hostname)
        result.maximumMessageSize = configuration.limits.messageSize
        result.maximumRecipients = configuration.limits.recipients
        result.maximumHops = configuration.limits.hops
        result.offersStartTLS = true
        result.isEncrypted = connection.isEncrypted
        result.allowsPlaintextLogin = door == .submission && allowsLogin(on: connection)
        result.offersDSN = true  // what asks for a notice of success goes by way of the relay, which gives it
        return result
    }
}
