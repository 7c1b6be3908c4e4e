import Runtime
import SMTP
import Supervision

/// What this process counts: plain numbers on the event loop.
@EventLoopActor
final class GatewayCounters {
    /// Without octets, memory and sessions, which `measurements` fills in when somebody asks.
    private(set) var figures = GatewayFigures()
    let traffic = Traffic()

    func opened(_ door: InheritedListener.Service) {
        figures.doors[door.rawValue, default: .init()].opened &+= 1
        figures.doors[door.rawValue, default: .init()].open &+= 1
    }
    func closed(_ door: InheritedListener.Service) { figures.doors[door.rawValue, default: .init()].open &-= 1 }
    func sentAway(from door: InheritedListener.Service) { figures.doors[door.rawValue, default: .init()].refused &+= 1 }

    /// Who only leaves before the handshake's end has not failed.
    func handshakeEnded(_ error: ConnectionError) {
        switch error {
        case .tlsFailed, .timedOut: figures.handshakesFailed &+= 1
        case .closed, .unreachable, .failed: break
        }
    }

    func loginEnded(_ outcome: AuthenticationOutcome) {
        switch outcome {
        case .accepted: figures.loginsAccepted &+= 1
        case .refused: figures.loginsRefused &+= 1
        case .suspended: figures.loginsSuspended &+= 1
        case .unavailable: figures.loginsUndecided &+= 1
        }
    }

    func messageCame(_ reply: Reply) {
        if reply.isPositive {
            figures.messagesTaken &+= 1
        } else if reply.isTransient {
            figures.messagesDeferred &+= 1
        } else {
            figures.messagesRefused &+= 1
        }
    }

    func recipientRefused() { figures.recipientsRefused &+= 1 }
}

extension GatewayProcess {
    var measurements: Measurements {
        var figures = counters.figures
        (figures.octetsReceived, figures.octetsSent) = (counters.traffic.received, counters.traffic.sent)
        figures.incomingMemory = Int64(admission.incoming.held)
        figures.sessions = Int64(sessions.count)
        for listener in configuration.listeners where figures.doors[listener.service.rawValue] == nil {
            figures.doors[listener.service.rawValue] = .init()
        }
        return .gateway(figures)
    }

    /// STARTTLS and STLS.
    func startTLS(on connection: Connection) async throws(ConnectionError) {
        do {
            try await connection.upgradeToTLS(tls)
        } catch {
            counters.handshakeEnded(error)
            throw error
        }
    }
}
