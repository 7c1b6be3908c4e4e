import CProcess
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Runtime

/// `GET /metrics`, `GET /health`, `GET /health/{process}`: over a Unix socket for the owner of the platform, and over TCP where the
/// configuration names an address; HEAD of the same. It takes no other request, and nothing can be changed here.
@EventLoopActor
final class MetricsServer {
    /// Connections at one time; more are closed.
    static nonisolated let limit = 50

    private let answers: MetricsAnswers
    private var doors: [any Channel] = []
    private var path: String?
    private var connections = 0

    init(_ answers: MetricsAnswers) { self.answers = answers }

    func open(socket path: String) async throws {
        let door = casella_listen_unix(path, 0o600, geteuid(), getegid(), 64)
        guard door >= 0 else { throw StartupError.file(path: path, doing: "listen at", code: -door) }
        self.path = path
        try await serve(door)
    }

    func open(_ address: ListeningAddress) async throws {
        let door = casella_listen_tcp(address.host, address.port, 64)
        guard door >= 0 else {
            let reason = String(cString: strerror(-door))
            throw StartupError.configuration(
                "metrics: port \(address.port) of \(address.host) can't be opened: \(reason); give another in casella.json.")
        }
        try await serve(door)
    }

    private func serve(_ door: Int32) async throws {
        let bootstrap = ServerBootstrap(group: EventLoopActor.group)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try EventLoopActor.assumeIsolated { try take(channel) } }
            }
        doors.append(try await bootstrap.withBoundSocket(door).get())
    }

    private func take(_ channel: any Channel) throws {
        guard connections < Self.limit else { throw ChannelError.inputClosed }
        connections += 1
        channel.closeFuture.assumeIsolated().whenComplete { _ in EventLoopActor.assumeIsolated { self.connections -= 1 } }
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
        try channel.pipeline.syncOperations.addHandler(MetricsClientHandler(answers))
    }

    func stop() async {
        for door in doors { try? await door.close() }
        if let path { unlink(path) }
    }
}
