/// What the relay counts. All but what is said to be of now is since its start.
public struct RelayFigures: Codable, Sendable, Equatable {
    /// Messages that came in at its door.
    public var queued: Int64 = 0
    /// Tries to bring a message to one destination.
    public var attempts: Int64 = 0
    /// What became of recipients at an attempt.
    public var delivered: Int64 = 0, deferred: Int64 = 0, failed: Int64 = 0
    /// Notices to senders.
    public var notices: Int64 = 0
    /// Recipients in hand, and outgoing connections, now.
    public var inHand: Int64 = 0, connections: Int64 = 0

    public init() {}

    public mutating func add(_ other: RelayFigures) {
        queued &+= other.queued
        attempts &+= other.attempts
        delivered &+= other.delivered
        deferred &+= other.deferred
        failed &+= other.failed
        notices &+= other.notices
        inHand &+= other.inHand
        connections &+= other.connections
    }

    public var ended: RelayFigures {
        var rest = self
        (rest.inHand, rest.connections) = (0, 0)
        return rest
    }
}
