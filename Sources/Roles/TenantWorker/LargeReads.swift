import NIOCore
import Runtime

/// Large messages are in memory as a whole while they are sent, so they have a bound together. Who wants one more waits for its turn; a
/// client that takes nothing of its own for a while has to go then, since it would keep all others from theirs.
@EventLoopActor
final class LargeReads {
    /// Octets of a message that is large.
    static let large: Int64 = 256 * 1024
    private static let limit: Int64 = 128 << 20
    /// How long a client may take nothing, when others wait.
    private static let patience = Duration.seconds(5)

    /// A message that is being sent.
    @EventLoopActor
    final class Place {
        fileprivate let octets: Int64
        fileprivate let connection: Connection
        fileprivate var lastProgress = ContinuousClock.now

        fileprivate init(octets: Int64, connection: Connection) {
            self.octets = octets
            self.connection = connection
        }

        /// The client has taken some.
        func progress() { lastProgress = .now }
    }

    private var places: [ObjectIdentifier: Place] = [:]
    private var octets: Int64 = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Waits until there is room for a message of this size, which a single one always finds in the end. To be left by `leave`.
    /// - Throws: `closed` when the client went away meanwhile.
    func enter(octets wanted: Int64, for connection: Connection) async throws(ConnectionError) -> Place {
        while octets > 0, octets + wanted > Self.limit {
            let alarm = EventLoopActor.eventLoop.scheduleTask(in: .milliseconds(200)) {
                EventLoopActor.assumeIsolated { self.wake() }
            }
            await withCheckedContinuation { waiting.append($0) }
            alarm.cancel()
            await cutStalled()
            guard connection.isOpen else { throw .closed }
        }
        let place = Place(octets: wanted, connection: connection)
        places[ObjectIdentifier(place)] = place
        octets += wanted
        return place
    }

    func leave(_ place: Place) {
        guard places.removeValue(forKey: ObjectIdentifier(place)) != nil else { return }
        octets -= place.octets
        wake()
    }

    private func wake() {
        let woken = waiting
        waiting = []
        for waiter in woken { waiter.resume() }
    }

    private func cutStalled() async {
        let limit = ContinuousClock.now - Self.patience
        for place in places.values where place.lastProgress < limit {
            Log.notice("a client that takes nothing of a large message was cut off, since others wait")
            await place.connection.close(timeout: .zero)
        }
    }
}
