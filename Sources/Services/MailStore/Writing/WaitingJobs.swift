/// Jobs that wait for a transaction, in the order in which they came.
struct WaitingJobs {
    /// Jobs of one transaction.
    private static let batchLimit = 500

    private var jobs: [WriteJob] = []
    /// How many of them somebody waits for.
    private(set) var awaited = 0

    var count: Int { jobs.count }
    var isEmpty: Bool { jobs.isEmpty }

    mutating func append(_ job: WriteJob) {
        jobs.append(job)
        if job.isAwaited { awaited += 1 }
    }

    /// The jobs at the front that can share a transaction: none looks at what another one changes.
    mutating func takeNext() -> [WriteJob] {
        var taken: [WriteJob] = []
        var touched: Set<Int64> = []
        taking: for job in jobs.prefix(Self.batchLimit) {
            switch job.kind {
            case .lone:
                if taken.isEmpty { taken.append(job) }
                break taking
            case .change(let mailboxes):
                guard touched.isDisjoint(with: mailboxes) else { break taking }
                touched.formUnion(mailboxes)
            case .arrival, .note: break
            }
            taken.append(job)
        }
        jobs.removeFirst(taken.count)
        awaited -= taken.count { $0.isAwaited }
        return taken
    }

    /// All messages whose rows are not in a transaction yet, in the log's order.
    mutating func takeArrivals() -> [WriteJob] {
        let arrivals = jobs.filter { $0.arrival != nil }
        jobs.removeAll { $0.arrival != nil }
        return arrivals
    }
}
