/// How long wrong passwords took lately. A login that is refused without being tried takes as long as one of them, so that its time does
/// not tell that it was not tried.
package struct RefusalTimes: Sendable {
    private static let remembered = 64
    /// A measurement on a machine that is busy must not have people wait for ever.
    private static let longest = Duration.seconds(5)
    private var times: [Duration]
    private var next = 0
    /// No refusal is quicker: as long as the most expensive hash takes that is known to be there.
    package private(set) var least = Duration.zero

    /// - Parameter first: what one hash took, until there are wrong passwords.
    package init(first: Duration) { times = [first] }

    package mutating func add(_ time: Duration) {
        if times.count < Self.remembered {
            times.append(time)
        } else {
            times[next] = time
            next = (next + 1) % Self.remembered
        }
    }

    /// - Parameter time: what a wrong password took. A quarter more: it was measured while nothing else was to be done.
    package mutating func raise(to time: Duration) { least = max(least, min(time * 5 / 4, Self.longest)) }

    package func one() -> Duration { max(times.randomElement() ?? .zero, least) }
}
