import AdminAPI
import CProcess
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Runtime

/// The admin interface: HTTP and JSON over a Unix socket. Who calls is asked from the kernel; no password is needed.
@EventLoopActor
final class AdminServer {
    /// Octets of a request's body; the longest is an alias with its targets.
    static nonisolated let bodyLimit = 256 * 1024
    private let channel: any Channel
    private let path: String

    private init(channel: any Channel, path: String) { (self.channel, self.path) = (channel, path) }

    /// - Parameter operators: users beside root who may call.
    static func start(_ path: String, operators: [UInt32], router: AdminRouter, journal: Journal) async throws -> AdminServer {
        // Others than the owner get as far as the check of who they are, where some of them are operators.
        let mode: mode_t = operators.allSatisfy { $0 == geteuid() } ? 0o600 : 0o666
        let door = casella_listen_unix(path, mode, geteuid(), getegid(), 128)
        guard door >= 0 else { throw StartupError.file(path: path, doing: "listen at", code: -door) }
        let bootstrap = ServerBootstrap(group: EventLoopActor.group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let user = try PeerCredentials(of: channel).user
                    let caller = operators.contains(user) || user == 0 ? AdminCaller(user: user, name: name(of: user)) : nil
                    if caller == nil { journal.warning("a user who is no operator called the admin interface", ["user": String(user)]) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(AdminHandler(router: router, caller: caller))
                }
            }
        return AdminServer(channel: try await bootstrap.withBoundSocket(door).get(), path: path)
    }

    func stop() async {
        try? await channel.close()
        unlink(path)
    }

    private nonisolated static func name(of user: UInt32) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4_096)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return "user \(user)"
        }
        return String(cString: name)
    }
}

/// Gathers one request, has it answered, and writes the response. Requests of a connection are answered in order.
private final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let router: AdminRouter
    /// nil: may not call.
    private let caller: AdminCaller?
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLong = false

    init(router: AdminRouter, caller: AdminCaller?) { (self.router, self.caller) = (router, caller) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            (self.head, body, isTooLong) = (head, [], false)
        case .body(let piece):
            guard body.count + piece.readableBytes <= AdminServer.bodyLimit else {
                (isTooLong, body) = (true, [])
                return
            }
            if !isTooLong { body += piece.readableBytesView }
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, in: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, in context: ChannelHandlerContext) {
        guard let caller else {
            return refuse(
                AdminError(.forbidden, "You may not use the admin interface.", hint: "Ask root to add your user to adminUsers."), context)
        }
        guard !isTooLong else {
            return refuse(AdminError(.invalid, "The request is longer than \(AdminServer.bodyLimit) octets."), context)
        }
        let (router, body, method, target) = (router, body, head.method.rawValue, head.uri)
        let answered = context.eventLoop.makeFutureWithTask {
            await router.answer(method: method, target: target, body: body, caller: caller)
        }
        answered.assumeIsolated().whenSuccess { self.write($0, keepAlive: head.isKeepAlive, in: context) }
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
        if !keepAlive { written.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    }
}
