/// What waits for one destination, and how many connections work on it.
struct DestinationQueue {
    private var jobs: [DeliveryJob] = []
    private var taken = 0
    var runners = 0

    var waiting: Int { jobs.count - taken }
    var isIdle: Bool { waiting == 0 && runners == 0 }

    mutating func append(_ job: DeliveryJob) { jobs.append(job) }

    mutating func next() -> DeliveryJob? {
        guard taken < jobs.count else { return nil }
        defer {
            taken += 1
            if taken == jobs.count || taken > 1000 {
                jobs.removeFirst(taken)
                taken = 0
            }
        }
        return jobs[taken]
    }

    /// Takes out what waits and belongs to one of the messages; no message named means all.
    mutating func withdraw(_ messages: Set<Int64>) -> [DeliveryJob] {
        let concerned = takeAll()
        jobs = concerned.filter { !messages.isEmpty && !messages.contains($0.message.queueID) }
        return concerned.filter { messages.isEmpty || messages.contains($0.message.queueID) }
    }

    mutating func takeAll() -> [DeliveryJob] {
        defer {
            jobs = []
            taken = 0
        }
        return Array(jobs[taken...])
    }
}
