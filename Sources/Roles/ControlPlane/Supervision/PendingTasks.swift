import Runtime

/// What a tenant's worker was asked to do and has not answered yet.
@EventLoopActor
final class PendingTasks {
    enum Answer {
        case done
        /// `mayRepeat`: the worker ended before it answered; the next one can be asked.
        case problem(String, mayRepeat: Bool)
    }

    private var next: Int64 = 1
    private var waiting: [Int64: CheckedContinuation<Answer, Never>] = [:]

    /// Sends the instruction and waits for its answer.
    func ask(until deadline: ContinuousClock.Instant, _ send: @EventLoopActor (Int64) -> Void) async -> Answer {
        let id = next
        next += 1
        let timeout = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            answer(id, .problem("the tenant's worker did not answer in time", mayRepeat: false))
        }
        defer { timeout.cancel() }
        return await withCheckedContinuation { continuation in
            waiting[id] = continuation
            send(id)
        }
    }

    /// Takes the worker's answer.
    func finish(_ id: Int64, _ problem: String?) { answer(id, problem.map { .problem($0, mayRepeat: false) } ?? .done) }

    /// The worker is gone.
    func abandon(_ reason: String) {
        for id in waiting.keys { answer(id, .problem(reason, mayRepeat: true)) }
    }

    private func answer(_ id: Int64, _ answer: Answer) { waiting.removeValue(forKey: id)?.resume(returning: answer) }
}
