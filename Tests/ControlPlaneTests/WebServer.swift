import Cryptography
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// A web server on a port of its own that shows a certificate, and answers whatever is asked with the same bytes.
final class WebServer: Sendable {
    let port: UInt16
    /// A file with the certificate, for who is to believe it.
    let authority: String
    private let channel: any Channel
    private let asked: Asked

    /// What was asked, as it came.
    ///
    /// `@unchecked Sendable`: `text` is touched under `lock` alone, and nothing else changes.
    private final class Asked: ChannelInboundHandler, @unchecked Sendable {
        typealias InboundIn = ByteBuffer
        private let lock = NSLock()
        private var text = ""
        private let answer: String

        init(_ answer: String) { self.answer = answer }
        var all: String { lock.withLock { text } }

        private static func isWhole(_ request: String) -> Bool {
            guard let end = request.range(of: "\r\n\r\n") else { return false }
            let length = request[..<end.lowerBound].split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
            return request[end.upperBound...].utf8.count >= length.flatMap { Int($0.dropFirst("Content-Length: ".count)) } ?? 0
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let come = String(buffer: Self.unwrapInboundIn(data))
            let isWhole = lock.withLock {
                text += come
                return Self.isWhole(text)
            }
            guard isWhole, !answer.isEmpty else { return }
            context.writeAndFlush(NIOAny(ByteBuffer(string: answer)), promise: nil)
            context.close(promise: nil)
        }
    }

    /// - Parameter answer: nothing: it keeps silent.
    init(named name: String, answering answer: String) async throws {
        let pair = try SelfSignedCertificate(hostNames: [name])
        authority = NSTemporaryDirectory() + "casella-web-\(UInt32.random(in: 0 ... .max)).pem"
        try pair.certificatePEM.write(toFile: authority, atomically: true, encoding: .utf8)
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMBytes(Array(pair.certificatePEM.utf8)).map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(pair.privateKeyPEM.utf8), format: .pem))))
        let asked = Asked(answer)
        self.asked = asked
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([NIOSSLServerHandler(context: context), asked])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = UInt16(channel.localAddress?.port ?? 0)
    }

    var request: String { asked.all }

    func close() async {
        try? await channel.close()
        try? FileManager.default.removeItem(atPath: authority)
    }
}
