import NIOSSL
import Runtime
import SMTP
import TLS

/// One connection to a host that takes mail: does for the `SMTPClient` what it says, with the RFC's patience.
@EventLoopActor
final class OutgoingConnection {
    let candidate: Candidate
    private let connection: Connection
    private var client: SMTPClient
    private let tls: NIOSSLContext?

    private static let connectTime = Duration.seconds(60)
    /// For each block of data (RFC 5321 §4.5.3.2.5).
    private static let blockTime = Duration.seconds(180)

    enum Failure: Error, CustomStringConvertible {
        case connection(ConnectionError)
        case protocolFailure(SMTPClientFailure)
        case handshake(ConnectionError)

        var description: String {
            switch self {
            case .connection(let error), .handshake(let error): error.description
            case .protocolFailure(let failure): failure.description
            }
        }
    }

    private init(_ candidate: Candidate, _ connection: Connection, _ client: SMTPClient, _ tls: NIOSSLContext?) {
        self.candidate = candidate
        self.connection = connection
        self.client = client
        self.tls = tls
    }

    var offersDSN: Bool { client.capabilities.dsn }
    var isEncrypted: Bool { connection.isEncrypted }
    var messageIsUnanswered: Bool { client.messageIsUnanswered }

    /// Connects and says hello. With `tls`, encrypts where the host offers it (RFC 3207); if that fails, goes on in the clear over
    /// a new connection, as encryption that proves nobody's name is only better than none.
    static func open(_ candidate: Candidate, name: String, tls: NIOSSLContext?) async throws(Failure) -> OutgoingConnection {
        do {
            return try await openOnce(candidate, name: name, tls: tls)
        } catch .handshake(let error) {
            Log.notice("TLS failed; going on without", ["host": candidate.name, "error": error.description])
            return try await openOnce(candidate, name: name, tls: nil)
        }
    }

    private static func openOnce(_ candidate: Candidate, name: String, tls: NIOSSLContext?) async throws(Failure) -> OutgoingConnection {
        var settings = SMTPClient.Configuration(name: name)
        let connection: Connection
        do {
            switch candidate.address {
            case .unixSocket(let path):
                settings.isLMTP = true
                connection = try await Connection.connect(toUnixSocket: path)
            case .internet(let address, let port):
                settings.encryption = tls == nil ? .never : .whenOffered
                connection = try await Connection.connect(host: address, port: port, timeout: connectTime)
            }
        } catch {
            throw .connection(error)
        }
        let outgoing = OutgoingConnection(candidate, connection, SMTPClient(settings), tls)
        do {
            _ = try await outgoing.perform(.open)
            return outgoing
        } catch {
            await connection.close()
            throw error
        }
    }

    /// A whole transaction: a final reply for each recipient of the envelope.
    func send(_ envelope: SMTPEnvelope, _ message: [UInt8]) async throws(Failure) -> [Reply] {
        guard case .transaction(let replies) = try await perform(.transaction(envelope, message)) else {
            throw .protocolFailure(.malformedReply)
        }
        return replies
    }

    func close(politely: Bool) async {
        if politely, connection.isOpen {
            // The answer to QUIT is of no interest (RFC 5321 §4.1.1.10 wants it awaited, but not for long).
            connection.write("QUIT\r\n")
            try? await connection.flush()
            _ = try? await connection.read(timeout: .seconds(2))
        }
        await connection.close()
    }

    private func perform(_ request: SMTPClient.Request) async throws(Failure) -> SMTPClient.Outcome {
        client.begin(request)
        while true {
            switch client.next() {
            case .send(let bytes):
                connection.write(bytes)
                try await flush()
            case .receive: try await receive()
            case .startTLS: try await startTLS()
            case .done(.failed(let failure)): throw .protocolFailure(failure)
            case .done(let outcome): return outcome
            }
        }
    }

    private func receive() async throws(Failure) {
        do {
            if let bytes = try await connection.read(timeout: client.patience) {
                client.feed(bytes.readableBytesView)
            } else {
                client.peerEnded()
            }
        } catch {
            throw .connection(error)
        }
    }

    /// A host that stops reading in the middle of a message is given up, by closing the connection under the flush.
    private func flush() async throws(Failure) {
        let watchdog = Task { [connection] in
            try await Task.sleep(for: Self.blockTime)
            await connection.close()
        }
        defer { watchdog.cancel() }
        do {
            try await connection.flush()
        } catch {
            throw .connection(error)
        }
    }

    private func startTLS() async throws(Failure) {
        guard let tls else { throw .protocolFailure(.encryptionUnavailable) }
        do {
            try await connection.upgradeToTLSAsClient(tls, serverName: candidate.serverName)
        } catch {
            throw .handshake(error)
        }
        client.tlsStarted()
    }
}
