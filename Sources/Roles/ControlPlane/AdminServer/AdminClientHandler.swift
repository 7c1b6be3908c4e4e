import AdminAPI
import NIOCore
import NIOHTTP1

/// Gathers one request, has it answered, and writes the response. Requests of a connection are answered in order.
final class AdminClientHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Who is on the other end.
    enum Source: Equatable {
        case machine(user: String)
        /// A user of this machine who may not call.
        case nobody
        case network(address: String)
    }

    /// How long a client on another machine may take for a request, from the connection or the answer before on.
    private static let patience = TimeAmount.seconds(15)

    private let router: AdminRouter
    private let source: Source
    private var deadline: Scheduled<Void>?
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLong = false

    init(router: AdminRouter, source: Source) { (self.router, self.source) = (router, source) }

    func handlerAdded(context: ChannelHandlerContext) { startDeadline(context) }
    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    private func startDeadline(_ context: ChannelHandlerContext) {
        guard case .network = source else { return }
        let channel = context.channel
        deadline?.cancel()
        deadline = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
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
            answer(head, in: context)
        }
    }

    private var bodyLimit: Int { if case .machine = source { AdminServer.localBodyLimit } else { AdminServer.bodyLimit } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, in context: ChannelHandlerContext) {
        let origin: AdminOrigin
        switch source {
        case .machine(let user): origin = .machine(user: user)
        case .network(let address): origin = .network(address: address, token: Self.token(in: head.headers))
        case .nobody:
            return refuse(
                AdminError(.forbidden, "You may not use the admin interface.", hint: "Ask root to add your user to adminUsers."), context)
        }
        guard !isTooLong else {
            let hint = bodyLimit < AdminServer.localBodyLimit ? "On the platform's own machine it may be longer." : nil
            return refuse(AdminError(.invalid, "The request is longer than \(bodyLimit) octets.", hint: hint), context)
        }
        let (router, body, method, target) = (router, body, head.method.rawValue, head.uri)
        let answered = context.eventLoop.makeFutureWithTask {
            await router.answer(method: method, target: target, body: body, from: origin)
        }
        answered.assumeIsolated().whenSuccess { self.write($0, keepAlive: head.allowsAnother, in: context) }
    }

    /// `Authorization: Bearer TOKEN` (RFC 6750 §2.1).
    private static func token(in headers: HTTPHeaders) -> String? {
        guard let words = headers.first(name: "Authorization")?.split(separator: " "), words.count == 2,
            words[0].lowercased() == "bearer"
        else { return nil }
        return String(words[1])
    }

    private func refuse(_ error: AdminError, _ context: ChannelHandlerContext) {
        write(AdminResponse(error), keepAlive: false, in: context)
    }

    private func write(_ response: AdminResponse, keepAlive: Bool, in context: ChannelHandlerContext) {
        var headers = HTTPHeaders([("Content-Type", "application/json"), ("Content-Length", String(response.body.count))])
        headers.add(name: "Connection", value: keepAlive ? "keep-alive" : "close")
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if keepAlive { startDeadline(context) }
        if !keepAlive { written.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    }
}
