import NIOCore

/// Lets a door wait a little when no connection can be taken for want of descriptors. The waiting connection makes the listening socket
/// readable again at once, and the event loop would ask, and fail, in a circle. (NIO's own `AcceptBackoffHandler` leaves the socket
/// registered.)
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = Channel

    private static let length = TimeAmount.milliseconds(100)
    private var isPausing = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError else { return context.fireErrorCaught(error) }
        guard !isPausing, let options = context.channel.syncOptions else { return }
        isPausing = true
        try? options.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.length) {
            self.isPausing = false
            // Fails when the door was closed meanwhile.
            try? options.setOption(.autoRead, value: true)
        }
    }
}
