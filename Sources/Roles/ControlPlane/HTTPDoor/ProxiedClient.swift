import NIOCore
import ProxyProtocol

/// Takes the gateway's PROXY header off a connection, has it prepared for the client that the header names, and goes.
final class ProxiedClient: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let prepare: (String) throws -> Void
    private var received: [UInt8] = []

    /// - Parameter prepare: gets the client's address; adds the handlers that come behind.
    init(_ prepare: @escaping (String) throws -> Void) { self.prepare = prepare }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        switch ProxyHeader.parse(received) {
        case .needsMore: return
        case .malformed: context.close(promise: nil)
        case .header(let header, let length):
            guard let address = header.clientAddress, (try? prepare(address)) != nil else { return context.close(promise: nil) }
            let rest = received.dropFirst(length)
            received = []
            context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: rest)))
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }

    typealias InboundOut = ByteBuffer
}
