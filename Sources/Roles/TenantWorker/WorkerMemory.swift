import Runtime

/// Memory of this worker that clients decide about, with a bound for all sessions together.
@EventLoopActor
package final class WorkerMemory {
    let incoming = IncomingMemory()
    let outgoing = LargeReads()
    let kept = KeptMessages()

    package init() {}
}

/// Counts octets of messages that clients are sending: LMTP, submission and APPEND.
@EventLoopActor
final class IncomingMemory {
    private static let limit = 256 << 20
    private var held = 0

    /// False when there is no room for more; what was counted is to be released either way.
    func hold(_ octets: Int) -> Bool {
        held += octets
        return held <= Self.limit
    }

    func release(_ octets: Int) { held -= octets }
}
