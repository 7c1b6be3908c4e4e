import NIOCore
import NIOSSL
import Runtime

/// TLS for connections: BoringSSL by way of swift-nio-ssl, apart from Runtime so that workers, which never speak TLS, do not
/// carry it.
extension Connection {
    /// Speaks TLS as a server from the next byte on, as after STARTTLS and STLS.
    public func upgradeToTLS(_ context: NIOSSLContext) async throws(ConnectionError) {
        try await secure(with: [NIOSSLServerHandler(context: context), MissingCloseNotify()])
    }

    /// Speaks TLS as a client. `serverName` is sent as SNI; certificates are checked as the context says.
    public func upgradeToTLSAsClient(_ context: NIOSSLContext, serverName: String?) async throws(ConnectionError) {
        let handler: NIOSSLClientHandler
        do {
            handler = try NIOSSLClientHandler(context: context, serverHostname: serverName)
        } catch {
            throw .tlsFailed(String(describing: error))
        }
        try await secure(with: [handler, MissingCloseNotify()])
    }

    /// Such as `TLSv1.3`; nil without TLS.
    public var tlsVersion: String? {
        get async {
            guard isEncrypted, let version = try? await channel.nioSSL_tlsVersion().get() else { return nil }
            return switch version {
            case .tlsv1: "TLSv1"
            case .tlsv11: "TLSv1.1"
            case .tlsv12: "TLSv1.2"
            case .tlsv13: "TLSv1.3"
            }
        }
    }
}

/// The handlers of doors that speak TLS from the first byte (RFC 8314 §3).
/// - Parameter context: asked for each connection.
public func implicitTLS(_ context: @escaping @Sendable () -> NIOSSLContext) -> Listener.SecurityHandlers {
    { [NIOSSLServerHandler(context: context()), MissingCloseNotify()] }
}

/// A peer that closes without close_notify has just closed: mail protocols tell themselves where a message ends.
private final class MissingCloseNotify: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let problem = error as? NIOSSLError, case .uncleanShutdown = problem {
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else {
            context.fireErrorCaught(ConnectionError.tlsFailed(String(describing: error)))
        }
    }
}
