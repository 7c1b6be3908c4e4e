import NIOSSL
import OutboundQueue
import Resolver
import Runtime
import Supervision

/// Takes what is due from the queue, spreads it over destinations and connections, and settles each attempt.
@EventLoopActor
final class DeliveryScheduler {
    private let queue: OutboundQueue
    private let finder: HostFinder
    private let settlement: Settlement
    private let counters: RelayCounters
    private let tls: NIOSSLContext
    private let hostname: String
    private var routing: RoutingTable
    private var destinations: [Destination: DestinationQueue] = [:]
    /// Recipients in hand, in memory only: after a crash they are due again.
    private var taken: Set<RecipientKey> = []
    private var runners = 0
    private var isStopping = false
    private var filler: Task<Void, Never>?
    private var isAwake = true
    /// How often an operator took something out of the queue.
    private(set) var withdrawals = 0
    /// Settled while the queue is being read: what was read may show them as they were before.
    private var settledMeanwhile: Set<RecipientKey> = []
    private var isReading = false
    private var sleeper: CheckedContinuation<Void, Never>?

    private static let connectionLimit = 50, connectionsPerDestination = 5
    /// Recipients held in memory, and fetched at once.
    private static let takenLimit = 10_000, fetchLimit = 500
    /// Messages for one domain in hand, behind which no more are fetched.
    private static let crowd = 500
    /// The queue is looked at this often even when nothing seems due.
    private static let longestSleep: Int64 = 60_000_000

    init(_ configuration: RelayConfiguration, queue: OutboundQueue, resolver: DNSResolver, counters: RelayCounters) throws {
        self.counters = counters
        self.queue = queue
        hostname = configuration.hostname
        routing = RoutingTable(routes: configuration.routes)
        finder = HostFinder(
            resolver: resolver, hostname: configuration.hostname, tenantSocketDirectory: configuration.tenantSocketDirectory,
            smtpPort: configuration.smtpPort)
        settlement = Settlement(configuration, queue: queue, counters: counters)
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.certificateVerification = .none  // whoever can forge the name can also take STARTTLS out of the reply
        tls = try NIOSSLContext(configuration: settings)
    }

    var isBusy: Bool { runners > 0 }
    /// Recipients, and deliveries under way.
    var inHand: Int { taken.count }
    var connections: Int { runners }
    func tenant(of domain: String) -> Int64? { routing.tenant(of: domain) }

    func use(_ domains: [HostedDomain]) {
        routing.use(domains)
        wake()
    }

    func start() { filler = EventLoopActor.task { await self.fill() } }

    func stop() {
        isStopping = true
        settlement.stop()
        filler?.cancel()
        wake()
    }

    /// Something may be due that was not before.
    func wake() {
        isAwake = true
        sleeper?.resume()
        sleeper = nil
    }

    /// Something was queued: it is sent without being read from there, when there is room.
    /// - Parameter count: `withdrawals` before it was queued. If there were others since, they may concern it.
    func take(_ due: DueMessage, unlessWithdrawnSince count: Int) {
        guard !isStopping, routing.isComplete, count == withdrawals, taken.count + due.recipients.count <= Self.takenLimit,
            crowdedDomains.isEmpty
        else { return wake() }
        spread(due)
        startRunners()
    }

    /// An operator held or deleted these messages (all, when none is named): what has not begun is not tried any more.
    func withdraw(_ messages: [Int64]) {
        withdrawals += 1
        for destination in destinations.keys {
            for job in destinations[destination]?.withdraw(Set(messages)) ?? [] { taken.subtract(job.keys) }
            if destinations[destination]?.isIdle == true { destinations[destination] = nil }
        }
    }

    // MARK: Filling

    private func fill() async {
        while !isStopping {
            isAwake = false
            var pause = Self.longestSleep
            if routing.isComplete {
                do {
                    pause = try await fetch()
                } catch {
                    Log.warning("the queue could not be read", ["error": String(describing: error)])
                    pause = 5_000_000
                }
            }
            if pause > 0 { await sleep(pause) }
        }
    }

    /// - Returns: microseconds until there may be more.
    private func fetch() async throws -> Int64 {
        let room = Self.takenLimit - taken.count
        guard room > 0 else { return Self.longestSleep }  // whoever settles one wakes us
        let now = Clock.now, limit = min(room, Self.fetchLimit)
        let before = withdrawals
        (isReading, settledMeanwhile) = (true, [])
        defer { (isReading, settledMeanwhile) = (false, []) }
        let due = try await queue.due(at: now, taken: taken, exceptDomains: crowdedDomains, limit: limit)
        // An operator held or deleted something meanwhile; what was read may be it.
        guard withdrawals == before else { return 0 }
        for message in due {
            // Meanwhile others came in, were taken, and perhaps are sent already.
            let fresh = message.keys.map { !taken.contains($0) && !settledMeanwhile.contains($0) }
            spread(DueMessage(message: message.message, recipients: zip(message.recipients, fresh).filter(\.1).map(\.0)))
        }
        startRunners()
        if due.reduce(0, { $0 + $1.recipients.count }) == limit { return 0 }
        let next = try await queue.nextDue(after: now)
        return max(0, min((next ?? .max) - min(now, next ?? .max), Self.longestSleep))
    }

    /// So that mail for one slow domain does not take all the room there is.
    private var crowdedDomains: [String] {
        destinations.compactMap { destination, line in
            if case .domain = destination, line.waiting >= Self.crowd { destination.description } else { nil }
        }
    }

    private func spread(_ due: DueMessage) {
        var groups: [Destination: [QueuedRecipient]] = [:]
        for recipient in due.recipients { groups[routing.destination(of: recipient.domain), default: []].append(recipient) }
        for (destination, recipients) in groups {
            let job = DeliveryJob(message: due.message, recipients: recipients, destination: destination)
            taken.formUnion(job.keys)
            destinations[destination, default: DestinationQueue()].append(job)
        }
    }

    private func sleep(_ microseconds: Int64) async {
        guard !isAwake, !isStopping else { return }
        let alarm = Task {
            try await Task.sleep(for: .microseconds(microseconds))
            wake()
        }
        await withCheckedContinuation { sleeper = $0 }
        alarm.cancel()
    }

    // MARK: Running

    private func startRunners() {
        for destination in destinations.keys {
            while !isStopping, runners < Self.connectionLimit, let line = destinations[destination], line.waiting > 0,
                line.runners < Self.connectionsPerDestination
            {
                runners += 1
                destinations[destination]?.runners += 1
                // Taken here already, so that the loop sees what is left.
                guard let job = destinations[destination]?.next() else { break }
                EventLoopActor.task { await self.run(destination, first: job) }
            }
        }
    }

    private func run(_ destination: Destination, first: DeliveryJob) async {
        let session = DeliverySession(destination, finder: finder, queue: queue, tls: tls) { [unowned self] in
            routing.publicReversePath($0, of: $1, hostname: hostname)
        }
        var next: DeliveryJob? = first
        while let job = next {
            counters.figures.attempts &+= 1
            let result = await session.attempt(job)
            await settle(job, result)
            if case .unreachable = result { await settleAll(of: destination, result) }
            if case .impossible = result { await settleAll(of: destination, result) }
            next = isStopping ? nil : destinations[destination]?.next()
        }
        await session.close()
        runners -= 1
        destinations[destination]?.runners -= 1
        if destinations[destination]?.isIdle == true { destinations[destination] = nil }
        startRunners()
    }

    /// What one attempt learned about the destination holds for all that waits for it.
    private func settleAll(of destination: Destination, _ result: AttemptResult) async {
        for job in destinations[destination]?.takeAll() ?? [] { await settle(job, result) }
    }

    private func settle(_ job: DeliveryJob, _ result: AttemptResult) async {
        let bringsWork = await settlement.settle(job, result)
        let wasFull = taken.count + Self.fetchLimit > Self.takenLimit
        taken.subtract(job.keys)
        if isReading { settledMeanwhile.formUnion(job.keys) }
        if bringsWork || wasFull || destinations[job.destination]?.waiting == Self.crowd - 1 { wake() }
    }
}
