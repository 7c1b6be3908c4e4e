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
    private let taskExecutor: EventLoopTaskExecutor

    private init() { taskExecutor = EventLoopTaskExecutor(executor) }

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
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1, metricsDelegate: TurnsBetweenTicks())
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

/// Runs all that a task does outside of any actor on the event loop too, and there as the actor: what it does next needs no switch.
final class EventLoopTaskExecutor: TaskExecutor {
    private let executor: EventLoopExecutor

    init(_ executor: EventLoopExecutor) { self.executor = executor }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let (serial, task) = (executor.asUnownedSerialExecutor(), asUnownedTaskExecutor())
        executor.loop.execute { unowned.runSynchronously(isolatedTo: serial, taskExecutor: task) }
    }
}

extension EventLoopActor {
    /// Starts a task that stays on the loop. In a plain `Task`, whoever resumes a continuation hands the task to the global pool, and
    /// a thread of that hands it on to the loop: two switches between threads at each wait.
    @discardableResult
    public static nonisolated func task<Success: Sendable>(
        _ body: sending @escaping @EventLoopActor () async -> Success
    ) -> Task<Success, Never> {
        Task(executorPreference: shared.taskExecutor) { await body() }
    }

    /// Waits on the loop's own timer: unlike `Task.sleep`, it makes no thread. It is not ended by cancellation.
    @EventLoopActor
    public static func sleep(for duration: Duration) async {
        await withCheckedContinuation { continuation in
            _ = eventLoop.scheduleTask(in: TimeAmount(duration)) { continuation.resume() }
        }
    }
}
