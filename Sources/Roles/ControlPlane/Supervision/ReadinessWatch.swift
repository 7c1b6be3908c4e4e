@preconcurrency import Dispatch  // its sources are thread-safe, but not declared so
import Glibc
import Runtime

/// Tells, once, that a connection waits at a listening socket, without taking it.
@EventLoopActor
final class ReadinessWatch {
    private static let queue = DispatchQueue(label: "casella.doors")
    private let source: any DispatchSourceRead

    init(descriptor: Int32, _ connectionWaits: @escaping @EventLoopActor @Sendable () -> Void) throws(StartupError) {
        // A copy of its own, since a source's descriptor must stay open until its cancellation is done.
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .file(path: "a door", doing: "watch", code: errno) }
        let source = DispatchSource.makeReadSource(fileDescriptor: copy, queue: Self.queue)
        self.source = source
        source.setEventHandler { @Sendable in
            source.cancel()  // which also lets go of this closure, and so of the source
            Task { await connectionWaits() }
        }
        source.setCancelHandler { @Sendable in close(copy) }
        source.activate()
    }

    func cancel() { source.cancel() }
}
