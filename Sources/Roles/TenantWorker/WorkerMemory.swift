import Runtime

/// Memory of this worker that clients decide about, with a bound for all sessions together.
@EventLoopActor
package final class WorkerMemory {
    /// Of messages that come in by LMTP, submission and APPEND.
    let incoming = IncomingMemory()
    let outgoing = LargeReads()
    let kept = KeptMessages()

    package init() {}
}
