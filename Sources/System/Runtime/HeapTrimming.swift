import CProcess

/// Gives memory back to the system when a load has passed: glibc keeps what was freed, up to the most that was ever in use.
@EventLoopActor
public final class HeapTrimming {
    /// Octets that have to have become free since the last time, to be worth the walk through the heap.
    private static let worthwhile = 4 << 20

    /// What is free and was given back already.
    private var returned = 0

    public init() {}

    /// To be called every few seconds.
    public func trimIfWorthwhile() {
        let free = Int(clamping: casella_free_heap())
        if free >= returned + Self.worthwhile {
            casella_trim_heap()
            returned = Int(clamping: casella_free_heap())
        } else {
            returned = min(returned, free)
        }
    }
}
