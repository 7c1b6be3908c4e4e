import CProcess
import Glibc
import NIOCore
import NIOPosix
import Runtime

/// A socket in the file system at which the control plane listens.
@EventLoopActor
enum UnixDoor {
    /// - Parameter prepare: gets each connection; one for which it throws is closed.
    static func listen(
        at path: String, mode: mode_t, owner: UInt32, _ prepare: @escaping @Sendable @EventLoopActor (any Channel) throws -> Void
    ) async throws -> any Channel {
        let door = casella_listen_unix(path, mode, owner, owner == geteuid() ? getegid() : owner, 128)
        guard door >= 0 else { throw StartupError.file(path: path, doing: "listen at", code: -door) }
        let bootstrap = ServerBootstrap(group: EventLoopActor.group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try EventLoopActor.assumeIsolated { try prepare(channel) } }
            }
        return try await bootstrap.withBoundSocket(door).get()
    }
}
