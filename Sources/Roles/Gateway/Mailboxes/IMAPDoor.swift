import IMAP
import NIOCore
import Runtime
import SASL
import Supervision
import TLS

/// An IMAP connection up to login; then its tenant's worker speaks.
@EventLoopActor
final class IMAPDoor {
    private let gateway: GatewayProcess
    private let connection: Connection
    private let deadline: ContinuousClock.Instant
    private var greeter: IMAPGreeter
    /// A slice, so that taking one of many commands sent at once does not move the others.
    private var unread: ArraySlice<UInt8> = []

    init(gateway: GatewayProcess, connection: Connection) {
        self.gateway = gateway
        self.connection = connection
        deadline = gateway.loginDeadline
        greeter = IMAPGreeter(
            policy: .init(
                hostname: gateway.configuration.hostname, offersTLS: true, isEncrypted: connection.isEncrypted,
                allowsPlaintextLogin: gateway.allowsLogin(on: connection)))
    }

    func run() async {
        do {
            guard try await perform(greeter.greeting()) else { return }
            let slice = TimeSlice()
            while true {
                while greeter.takesInput, !unread.isEmpty {
                    let before = unread.count
                    let actions = greeter.receive(&unread)
                    guard try await perform(actions) else { return }
                    if unread.count == before { break }
                    await slice.pauseIfOver()
                }
                guard let bytes = try await gateway.read(from: connection, until: deadline) else { return }
                slice.restart()
                unread += bytes.readableBytesView
            }
        } catch .timedOut {
            _ = try? await perform(greeter.timedOut())
        } catch {
            // The client is gone; before login there is nothing to keep.
        }
    }

    /// - Returns: false when the connection is over.
    private func perform(_ actions: [IMAPGreeter.Action]) async throws(ConnectionError) -> Bool {
        for action in actions {
            switch action {
            case .reply(let bytes): connection.write(bytes)
            case .startTLS:
                try await connection.flush()
                unread = []
                try await gateway.startTLS(on: connection)
                greeter.tlsStarted()
            case .authenticate(let credentials, let tag):
                guard try await logIn(credentials, tag) else { return false }
            case .handOver: return false  // done in `logIn`, which knows the user
            case .close:
                try await connection.flush()
                return false
            }
        }
        try await connection.flush()
        return true
    }

    private func logIn(_ credentials: SASLCredentials, _ tag: String) async throws(ConnectionError) -> Bool {
        switch await gateway.logIn(credentials, service: .imap, on: connection) {
        case .accepted(let user):
            let handOver = HandOver(service: .imap, user: user, pendingTag: tag, bufferedInput: Array(unread))
            switch await gateway.relay(connection, handOver) {
            case .ended: return false
            case .unreachable: return try await perform(greeter.loginFinished(.unavailable))
            case .tooManySessions: return try await perform(greeter.loginFinished(.tooManySessions))
            }
        case .refused: return try await perform(greeter.loginFinished(.refused))
        case .suspended(let reason): return try await perform(greeter.loginFinished(.suspended(reason: reason)))
        case .unavailable: return try await perform(greeter.loginFinished(.unavailable))
        }
    }
}
