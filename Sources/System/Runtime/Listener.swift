import NIOCore
import NIOPosix

/// Serves every connection of a listening socket with one task each.
@EventLoopActor
public final class Listener {
    /// Makes the handlers that stand between the socket and one connection.
    public typealias SecurityHandlers = @Sendable () throws -> [any ChannelHandler]

    private let channel: any Channel

    /// - Parameters:
    ///   - descriptor: a bound, listening stream socket; the listener owns it from now on.
    ///   - security: for doors that speak TLS from the first byte: makes the handlers of one connection; `body` waits for
    ///     `finishHandshake` itself, once it has decided that there is room for the connection.
    ///   - body: serves one connection; it is closed when `body` returns.
    public static func serve(
        descriptor: Int32, security: SecurityHandlers? = nil, _ body: @escaping @EventLoopActor (Connection) async -> Void
    ) async throws(ConnectionError) -> Listener {
        let bootstrap = ServerBootstrap(group: EventLoopActor.group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptPause()) }
            }
            // NIO listens once more, and would lower what the socket has to 128: a burst of deliveries to one company takes more.
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.recvAllocator, value: Connection.receiveBuffers)
            .childChannelInitializer { channel in
                let ready = channel.eventLoop.makeCompletedFuture {
                    let handler = ConnectionHandler()
                    let socketEnd = security == nil ? nil : SocketEnd()
                    if let security, let socketEnd { try channel.pipeline.syncOperations.addHandlers([socketEnd] + security()) }
                    try channel.pipeline.syncOperations.addHandler(handler)
                    try EventLoopActor.assumeIsolated {
                        let connection = Connection(
                            channel: channel, handler: handler, peer: try peer(of: channel), isEncrypted: security != nil,
                            socketEnd: socketEnd)
                        connection.whenActive { EventLoopActor.task { await serve(connection, body) } }
                    }
                }
                ready.whenFailure { Log.warning("a connection could not be served", ["error": String(describing: $0)]) }
                return ready
            }
        do {
            return Listener(channel: try await bootstrap.withBoundSocket(descriptor).get())
        } catch {
            throw .failed(String(describing: error))
        }
    }

    private init(channel: any Channel) { self.channel = channel }

    /// Takes no further connections; those that are open go on.
    public func stop() async { try? await channel.close() }

    private static func serve(_ connection: Connection, _ body: @EventLoopActor (Connection) async -> Void) async {
        await body(connection)
        await connection.close()
    }

    private static func peer(of channel: any Channel) throws -> Peer {
        if let remote = channel.remoteAddress, let address = remote.ipAddress {
            let local = channel.localAddress
            return .internet(
                address: address, port: remote.port ?? 0, localAddress: local?.ipAddress ?? "", localPort: local?.port ?? 0)
        }
        return .local(try PeerCredentials(of: channel))
    }
}

extension PeerCredentials {
    /// Asks the kernel (SO_PEERCRED).
    public init(of channel: any Channel) throws {
        guard let provider = channel as? any SocketOptionProvider else { throw ConnectionError.failed("no socket options") }
        let answer = Answer()
        let asked: EventLoopFuture<KernelCredentials> = provider.unsafeGetSocketOption(level: .socket, name: .peerCredentials)
        // Completed already: the channel's loop is the one that we are on.
        asked.assumeIsolated().whenSuccess { answer.value = $0 }
        guard let peer = answer.value else { throw ConnectionError.failed("the kernel did not name the peer") }
        self.init(process: peer.process, user: peer.user, group: peer.group)
    }

    private final class Answer { var value: KernelCredentials? }

    /// `struct ucred` of Linux.
    private struct KernelCredentials: Sendable {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }
}

extension NIOBSDSocket.Option {
    /// SO_PEERCRED of Linux.
    fileprivate static let peerCredentials = NIOBSDSocket.Option(rawValue: 17)
}
