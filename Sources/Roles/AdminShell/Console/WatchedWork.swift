import AdminAPI
import Dispatch
import Synchronization

/// Work that takes long and never looks up: it is done on another thread, so that who waits sees that it goes on, and need wait no longer.
package enum WatchedWork {
    /// - Parameter work: of which nothing stays where nobody waits for its result any more. It is told whether somebody still does, and
    ///   asks that where it can end.
    /// - Throws: at Ctrl-C.
    package static func result<Value: Sendable>(
        _ watch: CallWatch, of work: @escaping @Sendable (_ goesOn: @escaping @Sendable () -> Bool) -> Value
    ) throws(AdminError) -> Value {
        let place = begun(work)
        while true {
            if let value = place.value(within: CallWatch.milliseconds) { return value }
            guard watch.goesOn() else {
                place.leave()
                throw watch.interruption(isSent: false)
            }
        }
    }

    /// The same of what somebody has to hear in any case.
    package static func whole<Value: Sendable>(_ watch: CallWatch, of work: @escaping @Sendable () -> Value) -> Value {
        let place = begun { _ in work() }
        while true {
            if let value = place.value(within: CallWatch.milliseconds) { return value }
            watch.look()
        }
    }

    /// Begins work that somebody comes back for.
    static func begun<Value: Sendable>(
        _ work: @escaping @Sendable (_ goesOn: @escaping @Sendable () -> Bool) -> Value
    ) -> Place<Value> {
        let place = Place<Value>()
        DispatchQueue.global().async { place.put(work { place.isWanted }) }
        return place
    }

    /// Where the result will be.
    final class Place<Value: Sendable>: Sendable {
        private let state = Mutex<(value: Value?, isWanted: Bool)>((nil, true))
        private let done = DispatchSemaphore(value: 0)

        var isWanted: Bool { state.withLock { $0.isWanted } }

        func put(_ value: Value) {
            state.withLock { $0.value = value }
            done.signal()
        }

        func leave() { state.withLock { $0.isWanted = false } }

        /// nil: it is not there by then.
        func value(within milliseconds: Int32) -> Value? {
            guard done.wait(timeout: .now() + .milliseconds(Int(milliseconds))) == .success else { return nil }
            return state.withLock { $0.value }
        }
    }
}
