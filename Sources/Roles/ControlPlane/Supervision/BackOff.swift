/// How long to wait before a process that ended badly is started again: 100 ms at first, twice as long each time, at most
/// 10 s; from the start again once it has run for 30 s.
package struct BackOff: Sendable, Equatable {
    package static let shortest = Duration.milliseconds(100)
    package static let longest = Duration.seconds(10)
    /// A process that ran this long was well, whatever ended it.
    package static let healthy = Duration.seconds(30)

    private var next = shortest

    package init() {}

    package mutating func delay(afterRunning time: Duration) -> Duration {
        if time >= Self.healthy { next = Self.shortest }
        defer { next = min(next * 2, Self.longest) }
        return next
    }
}
