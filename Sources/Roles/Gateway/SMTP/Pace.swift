/// How slow a client at the SMTP door may be: each command, and each answer of a message, within the patience of RFC 5321 §4.5.3.2;
/// a message gets more time as it comes in. A sender of single octets is gone in minutes, however regularly it sends them.
package struct Pace {
    /// RFC 5321 §4.5.3.2.5 and 4.5.3.2.7.
    package static let patience = Duration.seconds(300)
    /// Octets a second; what is slower than an old modem is no sender.
    private static let leastRate = 500

    private var deadline: ContinuousClock.Instant

    package init(from now: ContinuousClock.Instant = .now) { deadline = now + Self.patience }

    /// A command came, whole: the time for the next begins.
    package mutating func commandCame(at now: ContinuousClock.Instant = .now) { deadline = now + Self.patience }

    /// Octets of a message came.
    package mutating func received(_ octets: Int) { deadline += .milliseconds(octets * 1000 / Self.leastRate) }

    /// How long to wait for the next octets; zero or less when the time is over.
    package func timeLeft(at now: ContinuousClock.Instant = .now) -> Duration { now.duration(to: deadline) }
}
