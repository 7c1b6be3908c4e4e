import NIOCore
import NIOHTTP1

/// Gathers one request of a browser, has it answered, and writes the response. Requests of a connection are answered in order.
final class AccountClientHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Octets of a form; the longest is a vacation message, of whose 20,000 octets each may take three.
    static let bodyLimit = 64 * 1024
    /// How long a client may take for a request, from the connection or the answer before on.
    private static let patience = TimeAmount.seconds(15)

    private let router: AccountRouter
    private let client: String
    private var deadline: Scheduled<Void>?
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLong = false

    init(router: AccountRouter, client: String) { (self.router, self.client) = (router, client) }

    func handlerAdded(context: ChannelHandlerContext) { startDeadline(context) }
    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    private func startDeadline(_ context: ChannelHandlerContext) {
        let channel = context.channel
        deadline?.cancel()
        deadline = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            (self.head, body, isTooLong) = (head, [], false)
        case .body(let piece):
            guard body.count + piece.readableBytes <= Self.bodyLimit else {
                (isTooLong, body) = (true, [])
                return
            }
            if !isTooLong { body += piece.readableBytesView }
        case .end:
            guard let head else { return }
            self.head = nil
            deadline?.cancel()
            answer(head, in: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// A web server of this machine sends requests of several people, and for other things too, on one connection: the next is the
    /// gateway's to read.
    private var isFromHere: Bool { client.hasPrefix("127.") || client == "::1" || client.hasPrefix("::ffff:127.") }

    private func answer(_ head: HTTPRequestHead, in context: ChannelHandlerContext) {
        guard !isTooLong else { return write(AccountRouter.tooLong, to: head, keepAlive: false, in: context) }
        let request = PageRequest(
            method: head.method.rawValue, target: head.uri, headers: head.headers.map { (name: $0.name, value: $0.value) }, body: body,
            client: client)
        body = []
        let answered = context.eventLoop.makeFutureWithTask { [router] in await router.answer(request) }
        let keepAlive = head.allowsAnother && !isFromHere
        answered.assumeIsolated().whenSuccess { self.write($0, to: head, keepAlive: keepAlive, in: context) }
    }

    private func write(_ response: PageResponse, to head: HTTPRequestHead, keepAlive: Bool, in context: ChannelHandlerContext) {
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        headers.add(name: "Content-Length", value: String(response.body.count))
        headers.add(name: "Connection", value: keepAlive ? "keep-alive" : "close")
        let answer = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil) }
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if keepAlive { startDeadline(context) }
        if !keepAlive { written.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    }
}
