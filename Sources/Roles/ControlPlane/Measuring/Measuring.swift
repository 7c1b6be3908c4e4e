import AdminAPI
import Glibc
import Postgres
import Runtime
import Supervision

/// Asks every process that runs what it counted, and looks at queue and disk. It starts nothing.
///
/// Who asks while an answer is being gathered shares the next one with all others who do: any number of callers cost no more than
/// one who never stops.
@EventLoopActor
final class Measuring {
    let counters: ControlCounters
    private let started = ContinuousClock.now, startedAt = Int64(time(nil))
    private let database: PostgresPool
    private let hashing: PasswordHashing
    private let workers: TenantWorkers
    private let services: Provisioning.Services
    private let directory: DataDirectory
    private let certificates: CertificateStore
    private var inHand: Task<Gathered, Never>?
    private var next: Task<Gathered, Never>?
    private let queries = PendingAnswers<Gathered.Queue?>()
    private var readers: [Int64] = []
    private var isReading = false

    /// How long anybody may take to answer.
    static let patience = Duration.seconds(2)

    init(
        _ counters: ControlCounters, database: PostgresPool, hashing: PasswordHashing, workers: TenantWorkers,
        services: Provisioning.Services, directory: DataDirectory, certificates: CertificateStore
    ) {
        self.counters = counters
        (self.database, self.hashing, self.workers) = (database, hashing, workers)
        (self.services, self.directory, self.certificates) = (services, directory, certificates)
    }

    /// Milliseconds since the platform started.
    var age: Int64 { Int64(started.duration(to: .now) / .milliseconds(1)) }

    /// The platform as it is after this was called.
    func gather() async -> Gathered {
        if let next { return await next.value }
        let before = inHand
        let task = EventLoopActor.task { () async -> Gathered in
            if let before {
                _ = await before.value
                (self.inHand, self.next) = (self.next, nil)
            }
            return await self.ask()
        }
        if before == nil { inHand = task } else { next = task }
        let gathered = await task.value
        if inHand == task { inHand = nil }
        return gathered
    }

    private func ask() async -> Gathered {
        async let gateway = services.gateway.measured(within: Self.patience)
        async let relay = services.relay.measured(within: Self.patience)
        async let server = services.database?.measured(within: Self.patience)
        async let found = queue()
        async let own = control()
        let (tenants, departed) = await workers.measured(within: Self.patience)
        var gathered = Gathered(
            gateway: await gateway, relay: await relay, database: await server, workers: tenants, departed: departed,
            badEnds: workers.badEnds, tenants: workers.count, control: await own, queue: await found, disk: disk,
            certificates: certificates.measured, clockSetBack: max(0, age / 1_000 - (Int64(time(nil)) - startedAt)))
        if gathered.queue == nil { gathered.database?.isSilent = true }
        return gathered
    }

    private func control() async -> Gathered.Control {
        let load = await database.load()
        return Gathered.Control(
            figures: counters.figures, memory: MeasuredProcess.residentMemory(of: "self"), hashesRunning: hashing.runningCount,
            hashesWaiting: hashing.waitingCount, hashLimit: hashing.queueLimit, connectionsOpen: load.open,
            connectionsWaitedFor: load.waiting, connectionWaits: load.waits)
    }

    /// nil when the database does not answer in time.
    private func queue() async -> Gathered.Queue? {
        await queries.ask(until: .now + Self.patience, silence: nil) { id in
            readers.append(id)
            // A question that hangs is waited for, and not asked again: the pool's connections are few.
            guard !isReading else { return }
            isReading = true
            EventLoopActor.task {
                let queue = try? await self.readQueue()
                let readers = self.readers
                (self.isReading, self.readers) = (false, [])
                for id in readers { self.queries.finish(id, queue) }
            }
        }
    }

    private func readQueue() async throws -> Gathered.Queue? {
        let result = try await database.query(
            """
            SELECT count(*), count(*) FILTER (WHERE held),
                coalesce(extract(epoch FROM now() - min(received_at) FILTER (WHERE NOT held)), 0)::bigint,
                (SELECT coalesce(sum(bytes), 0)::bigint FROM tenant_usage), (SELECT coalesce(sum(messages), 0)::bigint FROM tenant_usage)
            FROM queue_messages
            """)
        return try result.first.map { row in
            Gathered.Queue(
                messages: try row.int8(0), held: try row.int8(1), oldest: max(0, try row.int8(2)), storedOctets: try row.int8(3),
                storedMessages: try row.int8(4))
        }
    }

    var disk: Gathered.Disk? {
        var facts = statvfs()
        guard statvfs(directory.root, &facts) == 0 else { return nil }
        let block = Int64(facts.f_frsize)
        return Gathered.Disk(
            free: Int64(clamping: facts.f_bavail) * block, size: Int64(clamping: facts.f_blocks) * block,
            freeFiles: Int64(clamping: facts.f_favail), files: Int64(clamping: facts.f_files),
            isReadOnly: facts.f_flag & UInt(ST_RDONLY) != 0)
    }
}
