/// Groups of messages that became durable with one write and one flush, since the store was opened.
public struct FlushCounts: Sendable, Equatable {
    public private(set) var groups: Int64 = 0, messages: Int64 = 0
    /// From the moment at which a group was given to the disk until the event loop knew of its end.
    public private(set) var microseconds: Int64 = 0

    mutating func add(messages count: Int, _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        groups &+= 1
        messages &+= Int64(count)
        microseconds &+= seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000
    }
}
