import NIOCore
import ProxyProtocol
import Runtime
import Supervision

extension WorkerProcess {
    /// How long the gateway may take to say whose session it is.
    private static let patience = Duration.seconds(10)

    /// Serves the client whom a gateway names at the beginning of the connection: over that, or by the client's own socket.
    func serveSession(over connection: Connection) async throws {
        // Nobody speaks: one who only looks whether somebody listens.
        guard let handover = try await handover(on: connection) else { return }
        guard let opening = opening(of: handover) else { throw HeaderProblem.otherService }
        guard handover.offersSocket, let client = try await connection.takeSocket(of: Self.peer(handover)) else {
            return await serve(handover, over: connection, opening)
        }
        // The gateway ends it, or is gone: so is the client's session.
        EventLoopActor.task {
            while (try? await connection.read()) != nil {}
            await client.close(timeout: .zero)
        }
        await serve(handover, over: client, opening)
        await client.close()
    }

    private func serve(_ handover: SessionHandover, over connection: Connection, _ opening: Opening) async {
        connection.traffic = counters.traffic
        connection.session = handover.session ?? ""
        Log.info(
            "session opened",
            ["session": connection.session, "service": handover.service, "user": handover.address, "client": handover.clientAddress])
        let session = opening(connection)
        sessions[ObjectIdentifier(session)] = session
        counters.opened(session.service)
        await session.run()
        sessions[ObjectIdentifier(session)] = nil
    }

    private static func peer(_ handover: SessionHandover) -> Peer {
        .internet(address: handover.clientAddress, port: Int(handover.clientPort), localAddress: "", localPort: 0)
    }

    /// Reads the PROXY header that a session begins with.
    private func handover(on connection: Connection) async throws -> SessionHandover? {
        var received = ByteBuffer()
        while true {
            switch ProxyHeader.parse(received.readableBytesView) {
            case .header(let header, let length):
                received.moveReaderIndex(forwardBy: length)
                connection.putBack(received)
                guard let handover = SessionHandover(header) else { throw HeaderProblem.incomplete }
                return handover
            case .malformed: throw HeaderProblem.malformed
            case .needsMore: break
            }
            guard let more = try await connection.read(timeout: Self.patience) else {
                if received.readableBytes == 0 { return nil }
                throw HeaderProblem.incomplete
            }
            received.writeImmutableBuffer(more)
        }
    }

    private typealias Opening = @EventLoopActor (Connection) -> any ClientSession

    /// What begins a session of the handover's service; nil for one that no worker serves.
    private func opening(of handover: SessionHandover) -> Opening? {
        switch ClientService(rawValue: handover.service) {
        case .imap:
            return { [self] connection in
                IMAPConnection(
                    connection: connection, store: store, user: handover.user, pendingTag: handover.pendingTag,
                    limits: IMAPLimits(message: Int(clamping: configuration.limits.messageSize)), memory: memory, counters: counters)
            }
        case .pop3:
            return { [self] connection in POP3Connection(connection: connection, store: store, user: handover.user, memory: memory) }
        case .submission:
            return { [self] connection in
                SubmissionSession(
                    connection: connection, store: store, facts: facts, handover: handover, memory: memory, counters: counters)
            }
        case .web, nil: return nil
        }
    }
}

/// Why what stood at the beginning of a session is no header of a gateway.
private enum HeaderProblem: Error, CustomStringConvertible {
    case malformed, incomplete, otherService

    var description: String {
        switch self {
        case .malformed: "the connection does not begin with a PROXY version 2 header"
        case .incomplete: "the PROXY header lacks the service, the user or the address"
        case .otherService: "the PROXY header names a service that no worker serves"
        }
    }
}
