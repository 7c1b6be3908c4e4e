import NIOCore
import NIOHTTP1
import Runtime

/// Takes one request after the other; what a request has for a body is passed over.
final class MetricsClientHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a client may take for a request, and be silent between two: Prometheus asks every minute at most.
    private static let patience = TimeAmount.seconds(120)
    /// Octets of a body; whoever sends more is no scraper.
    private static let bodyLimit = 64 * 1024

    private let answers: MetricsAnswers
    private var head: HTTPRequestHead?
    private var body = 0
    private var deadline: Scheduled<Void>?

    init(_ answers: MetricsAnswers) { self.answers = answers }

    func handlerAdded(context: ChannelHandlerContext) { startDeadline(context) }
    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    private func startDeadline(_ context: ChannelHandlerContext) {
        let channel = context.channel
        deadline?.cancel()
        deadline = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, 0)
        case .body(let piece):
            body += piece.readableBytes
            if body > Self.bodyLimit { context.close(promise: nil) }
        case .end:
            guard let head else { return }
            self.head = nil
            let (answers, method, target) = (answers, head.method.rawValue, head.uri)
            let answered = context.eventLoop.makeFutureWithTask { await answers.answer(method: method, target: target) }
            answered.assumeIsolated().whenSuccess { self.write($0, to: head, in: context) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func write(_ answer: MetricsAnswers.Answer, to request: HTTPRequestHead, in context: ChannelHandlerContext) {
        let keepAlive = request.allowsAnother
        var headers = HTTPHeaders([
            ("Content-Type", answer.contentType), ("Content-Length", String(answer.body.count)), ("Cache-Control", "no-store"),
        ])
        if answer.status == 405 { headers.add(name: "Allow", value: "GET, HEAD") }
        headers.add(name: "Connection", value: keepAlive ? "keep-alive" : "close")
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        // To HEAD with the same length, and nothing behind the head: the next answer follows there.
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        }
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        startDeadline(context)
        if !keepAlive { written.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    }
}
