import Runtime

/// The reading of a tenant's shared mailboxes, which many wait for. While the database is away it takes long to fail; who cannot wait is
/// told sooner, and after one such wait at once.
@EventLoopActor
final class SharedLoading {
    typealias Outcome = Result<[Int64: [SharedMailbox]], StoreError>

    /// How long a failure is told to who asks next, before the database is asked again.
    static let pause = Duration.seconds(1)
    private static let patience = Duration.seconds(2)

    /// The directory's.
    let generation: Int
    private var outcome: Outcome?
    private var isLate = false
    private var waiting: [(isPatient: Bool, continuation: CheckedContinuation<Outcome, Never>)] = []

    init(of generation: Int) {
        self.generation = generation
        EventLoopActor.task { [weak self] in
            await EventLoopActor.sleep(for: Self.patience)
            self?.becomeLate()
        }
    }

    func outcome(patiently: Bool) async -> Outcome {
        if let outcome { return outcome }
        if isLate, !patiently { return Self.late }
        return await withCheckedContinuation { waiting.append((patiently, $0)) }
    }

    func end(_ outcome: Outcome) {
        self.outcome = outcome
        answer(outcome, to: { _ in true })
    }

    private func becomeLate() {
        isLate = true
        answer(Self.late, to: { isPatient in !isPatient })
    }

    private func answer(_ outcome: Outcome, to isMeant: (_ isPatient: Bool) -> Bool) {
        let answered = waiting.filter { isMeant($0.isPatient) }
        waiting.removeAll { isMeant($0.isPatient) }
        for waiter in answered { waiter.continuation.resume(returning: outcome) }
    }

    private static var late: Outcome { .failure(.unavailable(reason: "shared mailboxes could not be read within \(patience)")) }
}
