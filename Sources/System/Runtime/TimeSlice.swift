import NIOCore

extension EventLoopActor {
    /// Lets everything else go first: whatever is ready on the loop, and the sockets. `Task.yield` would not: the loop asks its sockets
    /// only when no job is left, and a job that yields is one. Those who wait here go on one at a time, with a look at the sockets between.
    @EventLoopActor
    public static func pause() async {
        await withCheckedContinuation { continuation in
            paused.append(continuation)
            if paused.count == 1 { scheduleTurn() }
        }
    }

    @EventLoopActor private static var paused: [CheckedContinuation<Void, Never>] = []
    /// Long enough that the loop comes to look at its sockets.
    private static let breath = TimeAmount.microseconds(20)

    @EventLoopActor
    private static func scheduleTurn() {
        _ = eventLoop.scheduleTask(in: breath) {
            assumeIsolated {
                paused[0].resume()
                // Behind the job of the one that goes on, so the next turn's time begins when it has stopped.
                eventLoop.execute {
                    assumeIsolated {
                        paused.removeFirst()
                        if !paused.isEmpty { scheduleTurn() }
                    }
                }
            }
        }
    }
}

/// How long a piece of work has kept the event loop for itself. Work whose length a client decides asks between two steps.
@EventLoopActor
public final class TimeSlice {
    /// A hundred clients that are all busy make the next one wait half a second.
    private nonisolated static let length = Duration.milliseconds(5)

    private var end = ContinuousClock.now + length

    public init() {}

    /// Begins anew, after a wait for something else.
    public func restart() { end = .now + Self.length }

    /// Pauses when the time is over.
    public func pauseIfOver() async {
        guard ContinuousClock.now >= end else { return }
        await EventLoopActor.pause()
        restart()
    }
}
