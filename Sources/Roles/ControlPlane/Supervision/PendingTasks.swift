import Runtime

/// What a tenant's worker was asked to do and has not answered yet.
@EventLoopActor
final class PendingTasks {
    enum Answer {
        case done
        /// `mayRepeat`: the worker ended before it answered; the next one can be asked.
        case problem(String, mayRepeat: Bool)
    }

    private let answers = PendingAnswers<Answer>()

    /// Sends the instruction and waits for its answer.
    func ask(until deadline: ContinuousClock.Instant, _ send: @EventLoopActor (Int64) -> Void) async -> Answer {
        await answers.ask(until: deadline, silence: .problem("the tenant's worker did not answer in time", mayRepeat: false), send)
    }

    /// Takes the worker's answer.
    func finish(_ id: Int64, _ problem: String?) { answers.finish(id, problem.map { .problem($0, mayRepeat: false) } ?? .done) }

    /// The worker is gone.
    func abandon(_ reason: String) { answers.finishAll(.problem(reason, mayRepeat: true)) }
}
