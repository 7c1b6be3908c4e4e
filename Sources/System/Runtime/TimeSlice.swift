import NIOPosix

extension EventLoopActor {
    /// Lets everything else go first: whatever is ready on the loop, and the sockets. `Task.yield` would not: the loop asks its sockets
    /// only when no job is left, and a job that yields is one. Those who wait here go on one at a time, with a look at the sockets between.
    @EventLoopActor
    public static func pause() async {
        await withCheckedContinuation { paused.append($0) }
    }

    @EventLoopActor fileprivate static var paused: [CheckedContinuation<Void, Never>] = []

    /// How often the loop has looked at its sockets.
    @EventLoopActor fileprivate static var looks: UInt64 = 0
}

/// Has one of those who pause go on after each look of the loop at its sockets.
struct TurnsBetweenTicks: NIOEventLoopMetricsDelegate {
    /// Called when no job is left, before the loop looks at its sockets.
    func processedTick(info: NIOEventLoopTickInfo) {
        EventLoopActor.assumeIsolated {
            EventLoopActor.looks &+= 1
            guard !EventLoopActor.paused.isEmpty else { return }
            let next = EventLoopActor.paused.removeFirst()
            // From another thread, which wakes the loop: here it has already decided how long to sleep. Whatever is handed to it now
            // runs behind what its sockets bring.
            Task.detached { EventLoopActor.eventLoop.execute { next.resume() } }
        }
    }
}

/// How long a piece of work has kept the event loop for itself. Work whose length a client decides asks between two steps.
@EventLoopActor
public final class TimeSlice {
    /// A hundred clients that are all busy make the next one wait half a second.
    private nonisolated static let length = Duration.milliseconds(5)

    private var end = ContinuousClock.now + length
    /// `EventLoopActor.looks` when it began.
    private var looks = EventLoopActor.looks

    public init() {}

    /// Begins anew, after a wait for something else.
    public func restart() { (end, looks) = (.now + Self.length, EventLoopActor.looks) }

    /// Pauses when the time is over. Work that had to wait for something meanwhile, such as the disk, left the loop to others by that.
    public func pauseIfOver() async {
        guard looks == EventLoopActor.looks else { return restart() }
        guard ContinuousClock.now >= end else { return }
        await EventLoopActor.pause()
        restart()
    }
}
