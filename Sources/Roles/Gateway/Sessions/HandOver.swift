import Glibc
import NIOCore
import ProxyProtocol
import Runtime
import Supervision
import TLS

/// A login that succeeded and what its client's worker has to know to go on with it.
struct HandOver {
    var service: ClientService
    var user: AuthenticatedUser
    /// IMAP's tag of the command that logged in; the worker answers it.
    var pendingTag: String?
    /// What a submission client called itself in EHLO.
    var clientName: String?
    /// What the client sent behind the login, already read here.
    var bufferedInput: [UInt8]
}

/// What became of a hand-over. Unless the session took place and has ended, nothing was sent to the client.
enum HandOverOutcome { case ended, unreachable, tooManySessions }

extension GatewayProcess {
    /// Connects the client with its tenant's worker, and returns when one of them has ended: bytes are relayed, or, without TLS, the worker
    /// gets the client's own socket.
    func relay(_ client: Connection, _ handOver: HandOver) async -> HandOverOutcome {
        guard let session = sessions.add(client, of: handOver.user, handOver.service) else { return .tooManySessions }
        defer { sessions.remove(session) }
        let path = "\(configuration.tenantSocketDirectory)/\(handOver.user.tenant)/session"
        let worker: Connection
        do {
            worker = try await Connection.connect(toUnixSocket: path)
        } catch {
            Log.error(
                "a worker can't be reached",
                ["tenant": "\(handOver.user.tenant)", "session": client.session, "error": "\(error)"])
            return .unreachable
        }
        let offersSocket = await canHandOver(client, to: handOver.user.tenant)
        guard let header = await header(of: client, handOver, offersSocket).encoded() else {
            await worker.close()
            return .unreachable
        }
        worker.write(header)
        do {
            if offersSocket {
                try await worker.flush()
                try await worker.waitForTaker(timeout: Self.startingTime)
                if let socket = client.detach() {
                    await lend(socket, of: client, handOver.bufferedInput, to: worker, session)
                    return .ended
                }
                try await worker.give(nil)
            }
            worker.write(handOver.bufferedInput)
            try await worker.flush()
        } catch {
            await worker.close()
            return .unreachable
        }
        await ByteRelay.run(between: client, and: worker)
        return .ended
    }

    /// A socket that only carries mail in the clear serves as well in the worker's hands, where the cage makes sure that it leads nowhere
    /// else.
    private func canHandOver(_ client: Connection, to tenant: Int64) async -> Bool {
        guard holdsSockets, !client.isEncrypted, client.isOpen, sessions.mayLend(to: tenant) else { return false }
        return (try? await client.finishSending(timeout: Self.sendingTime)) != nil
    }

    /// How long a client may take for what was sent to it before its login.
    private static let sendingTime = Duration.seconds(5)

    /// How long a worker may take that has to be started first, perhaps when the one before it has ended.
    private static let startingTime = Duration.seconds(120)

    /// Leaves the client to the worker. The connection with that lasts as long as the session, and either ends with the other.
    private func lend(
        _ socket: (descriptor: Int32, unread: [UInt8]), of client: Connection, _ earlier: [UInt8], to worker: Connection, _ session: Int
    ) async {
        sessions.lent(session, socket.descriptor)
        do {
            try await worker.give((socket.descriptor, earlier + socket.unread))
            while try await worker.read() != nil {}
        } catch {
            Log.warning("a session with a worker broke off", ["session": client.session, "error": "\(error)"])
        }
        await worker.close()
        sessions.remove(session)
        shutdown(socket.descriptor, Int32(SHUT_RDWR))  // whatever the worker still has of it
        Glibc.close(socket.descriptor)
    }

    private func header(of client: Connection, _ handOver: HandOver, _ offersSocket: Bool) async -> ProxyHeader {
        var address = "", port = 0
        if case .internet(let remote, let remotePort, _, _) = client.peer { (address, port) = (remote, remotePort) }
        var handover = SessionHandover(
            service: handOver.service.rawValue, user: handOver.user.user, address: handOver.user.address, pendingTag: handOver.pendingTag,
            clientName: handOver.clientName, clientAddress: address, clientPort: UInt16(clamping: port), isEncrypted: client.isEncrypted,
            tlsVersion: await client.tlsVersion, session: client.session)
        handover.offersSocket = offersSocket
        return handover.header()
    }
}
