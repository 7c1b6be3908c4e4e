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
    /// Connects the client with its tenant's worker and relays bytes until one of them ends.
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
        guard let header = await header(of: client, handOver).encoded() else {
            await worker.close()
            return .unreachable
        }
        worker.write(header)
        worker.write(handOver.bufferedInput)
        do {
            try await worker.flush()
        } catch {
            await worker.close()
            return .unreachable
        }
        await ByteRelay.run(between: client, and: worker)
        return .ended
    }

    private func header(of client: Connection, _ handOver: HandOver) async -> ProxyHeader {
        var address = "", port = 0
        if case .internet(let remote, let remotePort, _, _) = client.peer { (address, port) = (remote, remotePort) }
        return SessionHandover(
            service: handOver.service.rawValue, user: handOver.user.user, address: handOver.user.address, pendingTag: handOver.pendingTag,
            clientName: handOver.clientName, clientAddress: address, clientPort: UInt16(clamping: port), isEncrypted: client.isEncrypted,
            tlsVersion: await client.tlsVersion, session: client.session
        ).header()
    }
}
