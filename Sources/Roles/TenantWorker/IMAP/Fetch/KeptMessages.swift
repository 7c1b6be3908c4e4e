import Runtime

/// Which sessions keep a message that they fetch in pieces, with a bound for all together: who fetched least recently reads its message
/// again.
@EventLoopActor
final class KeptMessages {
    private static let limit = 64 << 20

    private struct Entry {
        weak var session: IMAPConnection?
        let octets: Int
    }
    /// In the order of their use.
    private var entries: [Entry] = []

    /// A session keeps so many octets from now on, or still.
    func keeps(_ session: IMAPConnection, octets: Int) {
        forgets(session)
        entries.append(Entry(session: session, octets: octets))
        var held = entries.reduce(0) { $0 + $1.octets }
        while held > Self.limit, let oldest = entries.first {
            entries.removeFirst()
            held -= oldest.octets
            oldest.session?.piecewise.forget()
        }
    }

    func forgets(_ session: IMAPConnection) { entries.removeAll { $0.session == nil || $0.session === session } }
}
