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
        let bootstrap = ClientBootstrap(group: EventLoopActor.group)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(ConnectionHandler()) }
            }
        do {
            let channel = try await connect(bootstrap).get()
            let handler = try channel.pipeline.syncOperations.handler(type: ConnectionHandler.self)
            return Connection(channel: channel, handler: handler, peer: peer, isEncrypted: false)
        } catch {
            throw .unreachable(String(describing: error))
        }
    }

    /// Takes over a connected stream socket, such as one end of a socket pair.
    public static func adopt(descriptor: Int32) async throws(ConnectionError) -> Connection {
        let bootstrap = ClientBootstrap(group: EventLoopActor.group)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(ConnectionHandler()) }
            }
        do {
            let channel = try await bootstrap.withConnectedSocket(descriptor).get()
            let handler = try channel.pipeline.syncOperations.handler(type: ConnectionHandler.self)
            let peer = Peer.local(PeerCredentials(process: 0, user: 0, group: 0))
            return Connection(channel: channel, handler: handler, peer: peer, isEncrypted: false)
        } catch {
            throw .failed(String(describing: error))
        }
    }
}
