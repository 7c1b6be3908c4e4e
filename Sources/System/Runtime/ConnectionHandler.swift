import NIOCore
import NIOTLS

/// Carries bytes and events of a channel to its `Connection`, and holds reads back while the connection has enough.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Never
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Octets that may wait to be taken before the socket is left unread (the kernel's window then slows the peer).
    static let highWaterMark = 32 * 1024

    private var context: ChannelHandlerContext?
    private var readIsHeldBack = false
    /// What came in and was not taken yet.
    private var waiting = ByteBuffer()
    private var inputEnded = false
    private var failure: ConnectionError?
    /// Called on the event loop whenever something of the state above changed.
    var changed: (@EventLoopActor () -> Void)?
    var writabilityChanged: (@EventLoopActor () -> Void)?
    /// Called once, when the channel can send; before that everything written would be lost.
    var activated: (@EventLoopActor () -> Void)?
    /// The handshake is done; it may be before anybody waits for it.
    private(set) var isSecured = false
    var handshakeEnded: (@EventLoopActor (ConnectionError?) -> Void)?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// All that waits; nil when nothing does.
    func take() -> ByteBuffer? {
        guard waiting.readableBytes > 0 else { return nil }
        let taken = waiting
        waiting = ByteBuffer()
        if readIsHeldBack {
            readIsHeldBack = false
            context?.read()
        }
        return taken
    }

    func putBack(_ bytes: ByteBuffer) {
        var whole = bytes
        whole.writeBuffer(&waiting)
        waiting = whole
    }

    func discard() { waiting = ByteBuffer() }

    var hasEnded: Bool { inputEnded }
    var error: ConnectionError? { failure }

    func channelActive(context: ChannelHandlerContext) {
        guard let activated else { return }
        self.activated = nil
        EventLoopActor.assumeIsolated(activated)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if waiting.readableBytes == 0 { waiting = buffer } else { waiting.writeBuffer(&buffer) }
        notifyChange()
    }

    func read(context: ChannelHandlerContext) {
        if waiting.readableBytes >= Self.highWaterMark { readIsHeldBack = true } else { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        inputEnded = true
        notifyChange()
        notifyWritability()
        endHandshake(.closed)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { notifyWritability() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            inputEnded = true
            notifyChange()
        case TLSUserEvent.handshakeCompleted:
            isSecured = true
            endHandshake(nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = (error as? ConnectionError) ?? .failed(String(describing: error))
        endHandshake(failure ?? .closed)
        notifyChange()
        context.close(promise: nil)
    }

    private func notifyChange() {
        guard let changed else { return }
        EventLoopActor.assumeIsolated(changed)
    }

    private func notifyWritability() {
        guard let writabilityChanged else { return }
        EventLoopActor.assumeIsolated(writabilityChanged)
    }

    func endHandshake(_ problem: ConnectionError?) {
        guard let ended = handshakeEnded else { return }
        handshakeEnded = nil
        EventLoopActor.assumeIsolated { ended(problem) }
    }
}
