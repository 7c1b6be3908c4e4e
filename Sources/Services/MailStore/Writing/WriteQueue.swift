import Postgres
import Runtime

/// All writes of the tenant, one transaction at a time: what waits while one is under way goes into the next together
/// (group commit). So numbers are handed out and limits checked by one mind, and a transaction is answered only when its
/// outcome is known.
@EventLoopActor
final class WriteQueue {
    private struct Job {
        /// Mailboxes whose existing messages it changes: one such job a mailbox and batch, since it looks at memory.
        let changing: [Int64]
        let isAlone: Bool
        let build: @EventLoopActor (WriteBatch) throws(StoreError) -> Void
        let finish: @EventLoopActor (StoreError?) -> Void
    }

    private enum Outcome {
        case committed
        case duplicates(Set<WriteBatch.DeliveryKey>)
        /// Surely not committed; trying again can help, at once or not at all.
        case failed(StoreError, mayRetry: Bool)
    }

    /// Jobs that may wait; more are refused at once.
    private static let waitingLimit = 20_000
    /// Jobs of one transaction.
    private static let batchLimit = 500
    /// How often a transaction is tried that failed for a passing reason.
    private static let attemptLimit = 5

    private let database: Database
    private let ledger: QuotaLedger
    private(set) var lease: Lease
    private var waiting: [Job] = []
    private var worker: Task<Void, Never>?
    private(set) var isLeaseLost = false
    /// The outcome of a commit is unknown and the database does not answer: what is new is refused meanwhile.
    private var isCutOff = false
    private var isClosing = false
    /// Deliveries that turned out to be made already, for the jobs that are being built again.
    private(set) var knownDuplicates: Set<WriteBatch.DeliveryKey> = []
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
        guard !isLeaseLost else { throw .leaseLost }
        guard !isCutOff, waiting.count < Self.waitingLimit else { throw .unavailable(reason: "the database does not answer") }
        let result = JobResult<Value>()
        let failure: StoreError? = await withCheckedContinuation { continuation in
            enqueue(Job(
                changing: mailboxes, isAlone: alone,
                build: { batch throws(StoreError) in result.value = try build(batch) },
                finish: { continuation.resume(returning: $0) }))
        }
        if let failure { throw failure }
        guard let value = result.value else { throw .unavailable(reason: "a change was answered before it was made") }
        return value
    }

    /// Puts a change into the next transaction that nobody waits for, and that is no loss if it fails.
    func performLater(_ build: @escaping @EventLoopActor (WriteBatch) throws(StoreError) -> Void) {
        guard !isLeaseLost, !isCutOff, waiting.count < Self.waitingLimit else { return }
        enqueue(Job(changing: [], isAlone: false, build: build, finish: { _ in }))
    }

    private func enqueue(_ job: Job) {
        waiting.append(job)
        if worker == nil { worker = Task { await self.work() } }
    }

    /// Returns when nothing is waiting or under way.
    func drain() async {
        while let worker { await worker.value }
    }

    private func work() async {
        while !waiting.isEmpty {
            await commit(takeJobs())
            knownDuplicates = []
        }
        worker = nil
    }

    /// The jobs at the front that can share a transaction.
    private func takeJobs() -> [Job] {
        var taken: [Job] = []
        var changed: Set<Int64> = []
        for job in waiting {
            if job.isAlone && !taken.isEmpty { break }
            guard taken.count < Self.batchLimit, changed.isDisjoint(with: job.changing) else { break }
            changed.formUnion(job.changing)
            taken.append(job)
            if job.isAlone { break }
        }
        waiting.removeFirst(taken.count)
        return taken
    }

    private func commit(_ first: [Job]) async {
        var jobs = first
        var attempts = 0
        while true {
            attempts += 1
            let batch = WriteBatch()
            jobs = build(jobs, into: batch)
            guard !jobs.isEmpty else { return }
            switch await attempt(batch) {
            case .committed:
                batch.apply(to: ledger)
                return finish(jobs, nil)
            case .duplicates(let found) where !found.isSubset(of: knownDuplicates):
                knownDuplicates.formUnion(found)
            case .duplicates:
                return finish(jobs, .unavailable(reason: "deliveries clash"))
            case .failed(_, mayRetry: true) where attempts < Self.attemptLimit:
                await EventLoopActor.sleep(for: .milliseconds(50 << attempts))
            case .failed(let error, let mayRetry):
                // When closing, the outcome may be unknown: nothing is done a second time then.
                guard jobs.count > 1, !mayRetry, !isClosing, error != .leaseLost else { return finish(jobs, error) }
                // One job's fault must not fail the others.
                for job in jobs { await commit([job]) }
                return
            }
        }
    }

    /// Returns the jobs that are in the batch; the others are answered with what they threw.
    private func build(_ jobs: [Job], into batch: WriteBatch) -> [Job] {
        guard !isLeaseLost else {
            finish(jobs, .leaseLost)
            return []
        }
        return jobs.filter { job in
            do throws(StoreError) {
                try job.build(batch)
                return true
            } catch {
                job.finish(error)
                return false
            }
        }
    }

    private func finish(_ jobs: [Job], _ error: StoreError?) {
        for job in jobs { job.finish(error) }
    }

    private func attempt(_ batch: WriteBatch) async -> Outcome {
        guard !batch.isEmpty else { return .committed }
        do {
            let results = try await database.pool.pipeline(batch.statements(under: lease, ledger))
            batch.afterResults = Array(results.suffix(batch.after.count))
            return .committed
        } catch {
            if Lease.isLost(error) { return loseLease() }
            if error.mayHaveCommitted { return await settle(batch) }
            switch error.sqlState {
            case .uniqueViolation where error.constraint == "deliveries_pkey": return await duplicates(in: batch)
            case .foreignKeyViolation:
                onMissingReference?()
                return .failed(.unavailable(reason: error.description), mayRetry: false)
            default: return .failed(StoreError(error), mayRetry: error.isTransient)
            }
        }
    }

    private func loseLease() -> Outcome {
        if !isLeaseLost {
            isLeaseLost = true
            onLeaseLost?()
        }
        return .failed(.leaseLost, mayRetry: false)
    }

    private func duplicates(in batch: WriteBatch) async -> Outcome {
        let keys = Array(batch.deliveries)
        do {
            let result = try await database.query("""
                SELECT d.user_id, d.delivery_id FROM deliveries d
                JOIN unnest($2::bigint[], $3::bytea[]) AS k (user_id, delivery_id) USING (user_id, delivery_id) WHERE d.tenant_id = $1
                """, [.int8(lease.tenant), .int8Array(keys.map(\.user)), .byteaArray(keys.map(\.id))])
            var found: Set<WriteBatch.DeliveryKey> = []
            for row in result.rows {
                found.insert(try StoreError.reading { () throws(PostgresError) in .init(user: try row.int8(0), id: try row.bytes(1)) })
            }
            return .duplicates(found)
        } catch {
            return .failed(error, mayRetry: true)
        }
    }

    /// The connection was lost after the commit was sent: finds out what became of it, however long that takes. First the
    /// epoch is raised, so that the transaction cannot commit any more if it did not yet; then the database is asked.
    private func settle(_ batch: WriteBatch) async -> Outcome {
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

/// Where a job leaves its result.
@EventLoopActor
private final class JobResult<Value> {
    var value: Value?
}
