import Synchronization

/// What is in hand and how far it is, for who waits in front of a terminal, and may want it to end.
///
/// Whoever waits for something looks up several times a second, which is when the line is drawn: so whatever takes more than a second has
/// one. Counted work has a bar with what is left; where nobody knows how much there is, something moves.
package final class Progress: Sendable {
    private struct Work {
        let total: Int, things: String, parts: Int, began: ContinuousClock.Instant
        var done = 0, reachedAt: ContinuousClock.Instant
    }

    private struct State {
        var works: [Work] = []
        var command = ""
        /// Since when somebody waits, without a pause for a question.
        var began: ContinuousClock.Instant?
        var looked: ContinuousClock.Instant?
    }

    private static let patience = Duration.seconds(1), pause = Duration.milliseconds(500), rate = Duration.milliseconds(80)

    private let console: any Console
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    package init(console: any Console, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        (self.console, self.now) = (console, now)
    }

    package var isInterrupted: Bool { console.isInterrupted }

    /// Whether it has many parts, between which it can end.
    package var isDivided: Bool { state.withLock { $0.works.contains { $0.parts > 1 } } }

    /// - Parameter command: what is told of it where nothing is counted.
    package func perform<Result>(_ command: String, _ body: () throws -> Result) rethrows -> Result {
        state.withLock { ($0.command, $0.began, $0.looked) = (command, nil, nil) }
        defer { if state.withLock({ $0.works.isEmpty }) { clear() } }
        return try body()
    }

    /// Begins work of many things, perhaps within other work, until `end`.
    /// - Parameters:
    ///   - things: what is counted, such as `users`.
    ///   - parts: between which it can end; nil: each thing is one.
    package func begin(_ total: Int, of things: String, parts: Int? = nil) {
        let now = now()
        state.withLock { $0.works.append(Work(total: total, things: things, parts: parts ?? total, began: now, reachedAt: now)) }
    }

    /// So many are done.
    package func reached(_ done: Int) {
        let now = now()
        state.withLock { state in
            guard let last = state.works.indices.last else { return }
            (state.works[last].done, state.works[last].reachedAt) = (done, now)
        }
        look()
    }

    /// Says why it takes longer, where errors are told.
    package func tell(_ text: String) {
        clear()
        console.writeError(text)
    }

    package func end() {
        clear()
        state.withLock { _ = $0.works.popLast() }
    }

    /// Somebody waits. It may be asked as often as one likes.
    package func look() {
        let now = now()
        let isSoon = state.withLock { state in
            if let looked = state.looked, now - looked < Self.rate { return true }
            if state.looked.map({ now - $0 > Self.pause }) ?? true { state.began = now }
            state.looked = now
            return false
        }
        guard !isSoon, let bar = console.progressBar else { return }
        let isInterrupted = console.isInterrupted
        let line = state.withLock { Self.line(of: $0, at: now, isInterrupted, on: bar) }
        if let line { console.show(progress: line) }
    }

    private func clear() { console.show(progress: nil) }

    /// nil as long as nobody got impatient.
    private static func line(of state: State, at now: ContinuousClock.Instant, _ isInterrupted: Bool, on bar: ProgressBar) -> String? {
        guard let work = state.works.last(where: { $0.total > 1 }) else {
            let elapsed = state.began.map { now - $0 } ?? .zero
            return elapsed > patience ? bar.line("\(state.command), \(elapsed.components.seconds) s", share: nil, after: elapsed) : nil
        }
        let elapsed = now - work.began, isEnding = isInterrupted && work.parts > 1
        guard elapsed > patience || isEnding else { return nil }
        let count = "\(work.done) of \(work.total) \(work.things)"
        let share = work.done > 0 ? Double(work.done) / Double(work.total) : nil
        if isEnding { return bar.line("\(count); ends behind what is in hand, Ctrl-C ends at once", share: share, after: elapsed) }
        guard let share else { return bar.line("\(count), \(elapsed.components.seconds) s", share: nil, after: elapsed) }
        let each = (work.reachedAt - work.began) / work.done
        let left = max(0, (each * (work.total - work.done) - (now - work.reachedAt)).components.seconds) + 1
        let time = left < 60 ? "\(left) s" : "\(left / 60) min \(left % 60) s"
        return bar.line("\(count), \(Int(share * 100)) %, about \(time) left", share: share, after: elapsed)
    }
}
