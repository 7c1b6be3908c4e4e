import Supervision

/// What one kind of process, or one tenant's workers, counted since the platform started: counters go on where the process before ended.
package struct Tally {
    private var past: Measurements?

    package init() {}

    /// A process is gone; this is the last that it said.
    package mutating func end(_ last: Measurements?) {
        guard let last = last?.ended else { return }
        if past == nil { past = last } else { past?.add(last) }
    }

    /// nil before anything was counted.
    package func total(with running: Measurements?) -> Measurements? {
        guard var total = past else { return running }
        if let running { total.add(running) }
        return total
    }
}
