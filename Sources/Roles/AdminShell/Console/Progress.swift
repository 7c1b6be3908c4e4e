import Synchronization

/// What is in hand and how far it is, for who waits in front of a terminal, and may want it to end.
package final class Progress: Sendable {
    private struct Work {
        let total: Int, things: String, parts: Int, began: ContinuousClock.Instant
        var done = 0
    }
    private struct State { var works: [Work] = [], isShown = false }

    private static let patience = Duration.seconds(1)

    private let console: any Console
    private let state = Mutex(State())

    package init(console: any Console) { self.console = console }

    package var isInterrupted: Bool { console.isInterrupted }

    /// Whether it has many parts, between which it can end.
    package var isDivided: Bool { state.withLock { $0.works.contains { $0.parts > 1 } } }

    /// Begins work of many things, perhaps within other work, until `end`.
    /// - Parameters:
    ///   - things: what is counted, such as `users`.
    ///   - parts: between which it can end; nil: each thing is one.
    package func begin(_ total: Int, of things: String, parts: Int? = nil) {
        state.withLock { $0.works.append(Work(total: total, things: things, parts: parts ?? total, began: .now)) }
    }

    /// So many are done.
    package func reached(_ done: Int) {
        state.withLock { state in
            guard !state.works.isEmpty else { return }
            state.works[state.works.count - 1].done = done
        }
        look()
    }

    package func end() {
        clear()
        state.withLock { _ = $0.works.popLast() }
    }

    /// Somebody waits: shows how far it is.
    package func look() {
        guard console.showsProgress, let work = state.withLock({ $0.works.last }) else { return }
        guard let line = Self.line(work.done, of: work.total, work.things, after: .now - work.began) else { return }
        state.withLock { $0.isShown = true }
        console.writeError("\r\u{1B}[K\(line)")
    }

    /// What is printed must not stand behind the line that tells how far it is.
    package func clear() {
        let wasShown = state.withLock { state in
            defer { state.isShown = false }
            return state.isShown
        }
        if wasShown { console.writeError("\r\u{1B}[K") }
    }

    /// nil as long as nobody got impatient.
    package static func line(_ done: Int, of total: Int, _ things: String, after elapsed: Duration) -> String? {
        guard elapsed > patience, (1..<total).contains(done) else { return nil }
        let left = (elapsed / done * (total - done)).components.seconds + 1
        let time = left < 60 ? "\(left) s" : "\(left / 60) min \(left % 60) s"
        return "\(done) of \(total) \(things), about \(time) left"
    }
}
