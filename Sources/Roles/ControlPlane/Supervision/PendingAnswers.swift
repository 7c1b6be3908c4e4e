import Runtime

/// Questions to a child that were not answered yet, by their numbers.
@EventLoopActor
final class PendingAnswers<Answer: Sendable> {
    private var next: Int64 = 1
    private var waiting: [Int64: CheckedContinuation<Answer, Never>] = [:]

    /// Sends the question and waits for its answer.
    /// - Parameters:
    ///   - silence: the answer if none came in time.
    ///   - send: gets the question's number.
    func ask(
        until deadline: ContinuousClock.Instant, silence: Answer, _ send: @EventLoopActor (Int64) -> Void
    ) async -> Answer {
        let id = next
        next += 1
        let timeout = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            finish(id, silence)
        }
        defer { timeout.cancel() }
        return await withCheckedContinuation { continuation in
            waiting[id] = continuation
            send(id)
        }
    }

    func finish(_ id: Int64, _ answer: Answer) { waiting.removeValue(forKey: id)?.resume(returning: answer) }

    func finishAll(_ answer: Answer) {
        for id in waiting.keys { finish(id, answer) }
    }
}
