import NIOCore
import NIOPosix

extension Connection {
    public static func connect(toUnixSocket path: String, timeout: Duration = .seconds(10)) async throws(ConnectionError) -> Connection {
        let credentials = PeerCredentials(process: 0, user: 0, group: 0)
        return try await open(peer: .local(credentials), timeout: timeout) { $0.connect(unixDomainSocketPath: path) }
    }

    /// `host` is an address in text or a name (which is then looked up by the system).
    public static func connect(host: String, port: Int, timeout: Duration) async throws(ConnectionError) -> Connection {
        let peer = Peer.internet(address: host, port: port, localAddress: "", localPort: 0)
        return try await open(peer: peer, timeout: timeout) { $0.connect(host: host, port: port) }
    }

    private static func open(
        peer: Peer, timeout: Duration, _ connect: (ClientBootstrap) -> EventLoopFuture<any Channel>
    ) async throws(ConnectionError) -> Connection {
        let opened = Opened()
        let bootstrap = bootstrap(peer, opened).connectTimeout(TimeAmount(timeout)).channelOption(.tcpOption(.tcp_nodelay), value: 1)
        do {
            _ = try await connect(bootstrap).get()
        } catch {
            throw .unreachable(reason(of: error))
        }
        return try opened.take()
    }

    /// Takes over a connected stream socket, such as one end of a socket pair.
    public static func adopt(
        descriptor: Int32, peer: Peer = .local(PeerCredentials(process: 0, user: 0, group: 0))
    ) async throws(ConnectionError) -> Connection {
        let opened = Opened()
        do {
            _ = try await bootstrap(peer, opened).withConnectedSocket(descriptor).get()
        } catch {
            throw .failed(String(describing: error))
        }
        return try opened.take()
    }

    /// The connection is made before the first byte can come: a peer that speaks and closes at once is heard all the same.
    private static func bootstrap(_ peer: Peer, _ opened: Opened) -> ClientBootstrap {
        ClientBootstrap(group: EventLoopActor.group)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.recvAllocator, value: receiveBuffers)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ConnectionHandler()
                    try channel.pipeline.syncOperations.addHandler(handler)
                    EventLoopActor.assumeIsolated {
                        opened.connection = Connection(channel: channel, handler: handler, peer: peer, isEncrypted: false)
                    }
                }
            }
    }

    /// Small while little comes: most connections are idle for most of their time, and the last size stays with them.
    static var receiveBuffers: AdaptiveRecvByteBufferAllocator {
        AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 512, maximum: 65536)
    }

    /// The first cause, rather than NIO's list of all that was tried.
    private static func reason(of error: any Error) -> String {
        if let problem = error as? NIOConnectionError {
            if let first = problem.connectionErrors.first { return String(describing: first.error) }
            if let lookup = problem.dnsAError ?? problem.dnsAAAAError { return String(describing: lookup) }
        }
        return String(describing: error)
    }
}

/// Where a channel's initializer leaves the connection.
@EventLoopActor
private final class Opened {
    var connection: Connection?

    func take() throws(ConnectionError) -> Connection {
        guard let connection else { throw .closed }
        return connection
    }
}
