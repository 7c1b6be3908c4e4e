import NIOCore
import NIOHTTP1

/// Gathers one request, has it answered, and writes the answer. Requests of a connection are answered in order.
final class HTTPConversation: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    struct Answer: Sendable {
        var status: Int
        /// Without those of its length and of the connection.
        var headers: [(name: String, value: String)]
        var body: [UInt8]
        /// Whether no other request is taken on the connection.
        var isLast = false
    }

    /// How long a client on another machine may take for a request, from the connection or the answer before on.
    static let patience = TimeAmount.seconds(15)

    private let bodyLimit: Int
    private let patience: TimeAmount?
    private let respond: @Sendable (HTTPRequestHead, [UInt8]?) async -> Answer
    private var deadline: Scheduled<Void>?
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLong = false

    /// - Parameters:
    ///   - bodyLimit: in octets.
    ///   - patience: nil: a client takes as long as it likes.
    ///   - respond: gets no body where it was longer than that.
    init(bodyLimit: Int, patience: TimeAmount?, respond: @escaping @Sendable (HTTPRequestHead, [UInt8]?) async -> Answer) {
        (self.bodyLimit, self.patience, self.respond) = (bodyLimit, patience, respond)
    }

    func handlerAdded(context: ChannelHandlerContext) { startDeadline(context) }
    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func startDeadline(_ context: ChannelHandlerContext) {
        guard let patience else { return }
        let channel = context.channel
        deadline?.cancel()
        deadline = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            (self.head, body, isTooLong) = (head, [], false)
        case .body(let piece):
            guard body.count + piece.readableBytes <= bodyLimit else {
                (isTooLong, body) = (true, [])
                return
            }
            if !isTooLong { body += piece.readableBytesView }
        case .end:
            guard let head else { return }
            self.head = nil
            deadline?.cancel()
            answer(head, isTooLong ? nil : body, in: context)
            body = []
        }
    }

    private func answer(_ head: HTTPRequestHead, _ body: [UInt8]?, in context: ChannelHandlerContext) {
        let answered = context.eventLoop.makeFutureWithTask { [respond] in await respond(head, body) }
        answered.assumeIsolated().whenSuccess { answer in
            self.write(answer, to: head, keepAlive: body != nil && !answer.isLast && head.allowsAnother, in: context)
        }
    }

    private func write(_ answer: Answer, to head: HTTPRequestHead, keepAlive: Bool, in context: ChannelHandlerContext) {
        var headers = HTTPHeaders(answer.headers.map { ($0.name, $0.value) })
        headers.add(name: "Content-Length", value: String(answer.body.count))
        headers.add(name: "Connection", value: keepAlive ? "keep-alive" : "close")
        let status = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        context.write(wrapOutboundOut(.head(status)), promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil) }
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if keepAlive { startDeadline(context) } else { written.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    }
}
