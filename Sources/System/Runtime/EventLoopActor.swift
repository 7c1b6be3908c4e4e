import NIOCore
import NIOPosix

/// The process's one event loop, as a global actor: all state of a role lives on it, so nothing there needs a lock, and
/// NIO's channel handlers (which run on the same loop) reach it by `assumeIsolated`.
///
/// Work that blocks (PostgreSQL, blob files, password hashing) runs on actors with threads of their own.
@globalActor
public actor EventLoopActor {
    public static let shared = EventLoopActor()

    /// The loop itself, for NIO bootstraps.
    public static nonisolated var eventLoop: any EventLoop { shared.executor.loop }
    public static nonisolated var group: MultiThreadedEventLoopGroup { shared.executor.group }

    private let executor = EventLoopExecutor()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Runs `operation` at once; the caller must be on the event loop already, else the process stops.
    public static nonisolated func assumeIsolated<Value>(_ operation: @EventLoopActor () throws -> Value) rethrows -> Value {
        shared.preconditionIsolated()
        return try withoutActuallyEscaping(operation) { isolated in
            // The isolation is the only difference between the two function types, and it was just checked; the standard
            // library does the same in `MainActor.assumeIsolated`.
            try unsafeBitCast(isolated, to: (() throws -> Value).self)()
        }
    }
}

/// Runs the actor's jobs as tasks of a single-threaded event loop group.
final class EventLoopExecutor: SerialExecutor {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop: any EventLoop

    init() { loop = group.next() }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        loop.execute { unowned.runSynchronously(on: executor) }
    }

    func checkIsolated() { loop.preconditionInEventLoop() }

    func isIsolatingCurrentContext() -> Bool? { loop.inEventLoop }
}

extension EventLoopActor {
    /// Waits on the loop's own timer: unlike `Task.sleep`, it makes no thread. It is not ended by cancellation.
    @EventLoopActor
    public static func sleep(for duration: Duration) async {
        await withCheckedContinuation { continuation in
            _ = eventLoop.scheduleTask(in: TimeAmount(duration)) { continuation.resume() }
        }
    }
}
