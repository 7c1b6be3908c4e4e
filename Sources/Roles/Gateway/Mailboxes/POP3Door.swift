import POP3
import Runtime
import SASL
import Supervision
import TLS

/// A POP3 connection up to login; then its tenant's worker speaks.
@EventLoopActor
final class POP3Door {
    private let gateway: GatewayProcess
    private let connection: Connection
    private let deadline: ContinuousClock.Instant
    private var session: POP3Authorization

    init(gateway: GatewayProcess, connection: Connection) {
        self.gateway = gateway
        self.connection = connection
        deadline = gateway.loginDeadline
        session = POP3Authorization(
            .init(
                hostname: gateway.configuration.hostname, offersSTLS: true, isEncrypted: connection.isEncrypted,
                allowsPlaintextLogin: gateway.allowsLogin(on: connection)))
    }

    func run() async {
        do {
            let slice = TimeSlice()
            while true {
                while let action = session.next() {
                    guard try await perform(action) else { return }
                    try await connection.flushIfMuch()
                    await slice.pauseIfOver()
                }
                try await connection.flush()
                guard let bytes = try await gateway.read(from: connection, until: deadline) else { return }
                slice.restart()
                session.feed(bytes.readableBytesView)
            }
        } catch {
            // The client is gone, or silent for too long (RFC 1939 §3: then nothing is said); before login there is nothing to keep.
        }
    }

    /// - Returns: false when the connection is over, or another process's.
    private func perform(_ action: POP3Authorization.Action) async throws(ConnectionError) -> Bool {
        switch action {
        case .send(let bytes): connection.write(bytes)
        case .startTLS:
            try await connection.flush()
            try await gateway.startTLS(on: connection)
            session.tlsStarted()
        case .authenticate(let credentials): return try await logIn(credentials)
        case .close:
            try await connection.flush()
            return false
        }
        return true
    }

    private func logIn(_ credentials: SASLCredentials) async throws(ConnectionError) -> Bool {
        guard !credentials.actsForAnother else {
            session.answer(.refused)
            return true
        }
        switch await gateway.logIn(credentials, service: .pop3, on: connection) {
        case .accepted(let user):
            let handOver = HandOver(service: .pop3, user: user, bufferedInput: session.takeUnread())
            switch await gateway.relay(connection, handOver) {
            case .ended: return false
            case .unreachable: session.answer(.unavailable)
            case .tooManySessions: session.answer(.tooManySessions)
            }
        case .refused: session.answer(.refused)
        case .suspended(let reason): session.answer(.suspended(reason: reason))
        case .unavailable: session.answer(.unavailable)
        }
        return true
    }
}
