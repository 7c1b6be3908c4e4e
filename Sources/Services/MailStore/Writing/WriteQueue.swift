import BlobStore
import Postgres
import Runtime

/// All writes of the tenant, one transaction at a time: what waits while one is under way goes into the next together
/// (group commit). So numbers are handed out and limits checked by one mind, and a change is answered only when its outcome
/// is known. The rows of messages that the blob log holds come through here too, in the log's order: they are answered for
/// already, so they gather for a while, and are never given up while the process lives.
@EventLoopActor
final class WriteQueue {
    /// Jobs that may wait; more are refused at once.
    private static let waitingLimit = 20_000
    /// How often a transaction is tried that failed for a passing reason, before its callers are told.
    private static let attemptLimit = 5
    /// How long, and how many, jobs gather that nobody waits for. A transaction costs much more than a row in it.
    private static let gathering = Duration.seconds(5)
    private static let gatheringLimit = 200
    /// How long a change waits for a database that went away.
    private static let patience = Duration.seconds(5)

    private let database: Database
    private let ledger: QuotaLedger
    private(set) var lease: Lease
    private var waiting = WaitingJobs()
    private var worker: Task<Void, Never>?
    private(set) var isLeaseLost = false
    /// The outcome of a commit is unknown and the database does not answer.
    private var isCutOff = false
    private(set) var isClosing = false
    /// Messages that the log holds were left without rows, or could get none.
    private(set) var hasLeftRows = false
    private var isGathering = false
    /// How far the log reaches whose rows could not be made; to be told to the database with the next transaction.
    private var dropped: LogPosition?
    /// What gives UIDs beside this queue.
    weak var arrivals: ArrivalLog?
    var onLeaseLost: (@EventLoopActor () -> Void)?
    /// Something that a row refers to is gone: a user or a domain was deleted.
    var onMissingReference: (@EventLoopActor () -> Void)?

    init(database: Database, ledger: QuotaLedger, lease: Lease) {
        self.database = database
        self.ledger = ledger
        self.lease = lease
    }

    /// Puts a change into the next transaction and returns when it is durable. `build` may run several times.
    func perform<Value>(
        changing mailboxes: [Int64] = [], alone: Bool = false,
        _ build: @escaping @EventLoopActor (WriteBatch) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await perform(alone ? .lone : .change(of: mailboxes), build)
    }

    private func perform<Value>(
        _ kind: WriteJob.Kind, _ build: @escaping @EventLoopActor (WriteBatch) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await waitForDatabase()
        try checkRoom()
        let result = JobResult<Value>()
        let failure: StoreError? = await withCheckedContinuation { continuation in
            waiting.append(WriteJob(
                kind: kind, isAwaited: true,
                build: { batch throws(StoreError) in result.value = try build(batch) },
                finish: { continuation.resume(returning: $0) }))
            start()
        }
        if let failure { throw failure }
        guard let value = result.value else { throw .unavailable(reason: "a change was answered before it was made") }
        return value
    }

    /// Throws when there is no use in waiting.
    func checkRoom() throws(StoreError) {
        guard !isLeaseLost else { throw .leaseLost }
        guard waiting.count < Self.waitingLimit else { throw .unavailable(reason: "the database does not answer") }
    }

    /// A database that is just starting again is waited for; a change that could not be made for long is better refused.
    private func waitForDatabase() async throws(StoreError) {
        let end = ContinuousClock.now + Self.patience
        while isCutOff {
            guard .now < end, !isClosing else { throw .unavailable(reason: "the database does not answer") }
            await EventLoopActor.sleep(for: .milliseconds(50))
        }
    }

    /// Puts a change into the next transaction that nobody waits for, and that is no loss if it fails.
    func performLater(_ build: @escaping @EventLoopActor (WriteBatch) throws(StoreError) -> Void) {
        guard !isLeaseLost, !isCutOff, !isClosing, waiting.count < Self.waitingLimit else { return }
        addUnawaited(WriteJob(kind: .note, isAwaited: false, build: build, finish: { _ in }))
    }

    /// Returns when everything that was given before is committed, so that the database can be asked.
    func settled() async throws(StoreError) {
        guard worker != nil || !waiting.isEmpty else { return }
        try await perform(.note) { _ throws(StoreError) in }
    }

    /// Shows a message that the log holds, and takes over its row.
    func enter(_ arrival: LoggedArrival) {
        arrival.reservation.markLogged()
        arrival.mailbox.advance(uidNext: arrival.message.uid + 1, modSeq: arrival.message.modSeq)
        arrival.mailbox.show([.init(message: arrival.message, keywords: arrival.keywords)])
        addUnawaited(WriteJob(
            kind: .arrival(arrival), isAwaited: false, build: { batch throws(StoreError) in arrival.add(to: batch) },
            finish: { [self] error in
                guard let error else { return }
                arrival.drop(because: error)
                dropped = max(dropped ?? .start, arrival.entered)
                hasLeftRows = true
            }))
    }

    /// Brings the mailbox's counters up to what the log has given, with the rows of all that it holds.
    func catchUp(_ mailbox: Mailbox) {
        guard !mailbox.isCatchingUp, !isLeaseLost else { return }
        mailbox.isCatchingUp = true
        waiting.append(WriteJob(
            kind: .change(of: [mailbox.id]), isAwaited: true,
            build: { [tenant = lease.tenant] batch throws(StoreError) in
                // It may have gone, or caught up, since this was asked for: the question would tell nothing of the batch then.
                guard !mailbox.isGone, mailbox.isBehind else { return }
                batch.catchUp(mailbox)
                let (uidNext, modSeq) = mailbox.assigned
                batch.verify(PostgresStatement(
                    "SELECT 1 FROM mailboxes WHERE tenant_id = $1 AND mailbox_id = $2 AND uidnext >= $3 AND highestmodseq >= $4",
                    [.int8(tenant), .int8(mailbox.id), .int8(Int64(uidNext)), .int8(Int64(clamping: modSeq))])) { !$0.isEmpty }
            },
            finish: { [self] error in
                guard error != nil else { return mailbox.isCatchingUp = false }
                EventLoopActor.task { [self] in
                    await EventLoopActor.sleep(for: .milliseconds(50))
                    mailbox.isCatchingUp = false
                    arrivals?.start()
                }
            }))
        start()
    }

    private func addUnawaited(_ job: WriteJob) {
        waiting.append(job)
        if waiting.count >= Self.gatheringLimit { start() } else { gather() }
    }

    private func gather() {
        guard !isGathering, worker == nil else { return }
        isGathering = true
        EventLoopActor.task { [self] in
            await EventLoopActor.sleep(for: Self.gathering)
            isGathering = false
            start()
        }
    }

    private func start() {
        if worker == nil, !waiting.isEmpty { worker = EventLoopActor.task { await self.work() } }
    }

    /// Nothing is waiting or under way.
    var isEmpty: Bool { waiting.isEmpty && worker == nil }

    /// Returns when nothing is waiting or under way.
    func drain() async {
        start()
        while let worker {
            await worker.value
            start()
        }
    }

    private func work() async {
        repeat { await commit(waiting.takeNext()) } while waiting.awaited > 0 || waiting.count >= Self.gatheringLimit
        worker = nil
        if !waiting.isEmpty { gather() }
    }

    private func commit(_ jobs: [WriteJob]) async {
        var jobs = jobs
        var attempts = 0
        while !jobs.isEmpty {
            attempts += 1
            let batch = WriteBatch()
            jobs = await build(jobs, into: batch)
            let outcome = await attempt(batch)
            // Memory follows before the log may give numbers again.
            if case .committed = outcome {
                if let dropped, let position = batch.logPosition, position >= dropped { self.dropped = nil }
                batch.apply(to: ledger)
            }
            release(batch)
            switch outcome {
            case .committed: return finish(jobs, nil)
            case .failed(let error, mayRetry: true):
                if attempts >= Self.attemptLimit { jobs = answer(jobs, error) }
                if isClosing, attempts >= Self.attemptLimit { return leave(jobs) }
                await EventLoopActor.sleep(for: .milliseconds(min(2000, 50 << min(attempts, 6))))
            case .failed(let error, mayRetry: false):
                // When closing, the outcome may be unknown: nothing is done a second time then, but by the next worker.
                if isClosing || error == .leaseLost { return leave(answer(jobs, error)) }
                guard jobs.count > 1 else { return finish(jobs, error) }
                // One job's fault must not fail the others.
                for job in jobs { await commit([job]) }
                return
            }
        }
    }

    /// Tells the callers; returns the jobs that have none: the log answers for them.
    private func answer(_ jobs: [WriteJob], _ error: StoreError) -> [WriteJob] {
        finish(jobs.filter { $0.arrival == nil }, error)
        return jobs.filter { $0.arrival != nil }
    }

    /// The log keeps their messages for the next worker.
    private func leave(_ jobs: [WriteJob]) { if !jobs.isEmpty { hasLeftRows = true } }

    private func release(_ batch: WriteBatch) {
        guard !batch.held.isEmpty else { return }
        for mailbox in batch.held.values { mailbox.isHeld = false }
        arrivals?.resume()
    }

    /// Returns the jobs that are in the batch, new messages first; the others are answered with what they threw.
    private func build(_ jobs: [WriteJob], into batch: WriteBatch) async -> [WriteJob] {
        guard !isLeaseLost else {
            leave(answer(jobs, .leaseLost))
            return []
        }
        let takesNumbers = jobs.contains(where: \.takesNumbers)
        if takesNumbers { await arrivals?.pause() }
        defer { if takesNumbers { arrivals?.resume() } }
        // A change may be one of any message that is in memory: so the rows of all of them come with it, before it.
        let new = jobs.filter { $0.arrival != nil } + (takesNumbers ? waiting.takeArrivals() : [])
        let built = (new + jobs.filter { $0.arrival == nil }).filter { job in
            do throws(StoreError) {
                try job.build(batch)
                return true
            } catch {
                job.finish(error)
                return false
            }
        }
        if let dropped { batch.enterLog(upTo: dropped) }
        for mailbox in batch.held.values { mailbox.isHeld = true }
        return built
    }

    private func finish(_ jobs: [WriteJob], _ error: StoreError?) {
        for job in jobs { job.finish(error) }
    }

    private func attempt(_ batch: WriteBatch) async -> CommitOutcome {
        guard !batch.isEmpty else { return .committed }
        do {
            let results = try await database.pool.pipeline(batch.statements(under: lease, ledger))
            batch.afterResults = Array(results.suffix(batch.after.count))
            return .committed
        } catch {
            if Lease.isLost(error) { return loseLease() }
            if error.mayHaveCommitted { return await settle(batch) }
            switch error.sqlState {
            case .foreignKeyViolation:
                onMissingReference?()
                return .failed(.unavailable(reason: error.description), mayRetry: false)
            default: return .failed(StoreError(error), mayRetry: error.isTransient)
            }
        }
    }

    private func loseLease() -> CommitOutcome {
        if !isLeaseLost {
            isLeaseLost = true
            onLeaseLost?()
        }
        return .failed(.leaseLost, mayRetry: false)
    }

    /// The connection was lost after the commit was sent: finds out what became of it, however long that takes. First the
    /// epoch is raised, so that the transaction cannot commit any more if it did not yet; then the database is asked.
    private func settle(_ batch: WriteBatch) async -> CommitOutcome {
        isCutOff = true
        defer { isCutOff = false }
        var pause = Duration.milliseconds(100)
        var isFenced = false
        while !isClosing {
            do {
                if !isFenced {
                    lease = try await lease.fenced(database)
                    isFenced = true
                }
                guard let question = batch.verification(tenant: lease.tenant) else { break }
                let answer = try await database.query(question.statement.sql, question.statement.parameters)
                if question.wasCommitted(answer) { return .committed }
                break
            } catch {
                if error == .leaseLost { return loseLease() }
                await EventLoopActor.sleep(for: pause)
                pause = min(pause * 2, .seconds(2))
            }
        }
        // Not committed, or harmless to do again.
        return .failed(.unavailable(reason: "the database went away"), mayRetry: isFenced)
    }

    /// Gives up on a database that does not answer.
    func beginClosing() { isClosing = true }
}
