import CProcess
import MailStore
import Postgres
import ProxyProtocol
import Runtime
import Supervision

/// A tenant's worker: the one process that holds this company's mail.
///
/// - Job: delivery within quota (LMTP), IMAP, POP3 and submission sessions of the tenant's users.
/// - Trusts: the control plane; on its `session` door the gateway, which has checked the login. Each connection's process is
///   asked from the kernel first. Not: what clients and senders say.
/// - Holds: the tenant's lease, its mailboxes, its blob segments.
/// - Never holds: other tenants' anything; password hashes; an internet socket but those of clients without TLS, which lead nowhere else.
/// - Privileges: the tenant's own numeric user (when the platform runs as root), the tenant's SQL role held to its own rows,
///   Landlock to the tenant's directory, seccomp without exec and without sockets other than Unix ones.
/// - Life: started when a connection waits at its doors, gone after `idleSeconds` without one.
/// - Limits: `StoreLimits`, `MailLimits`, and those of the protocols.
@EventLoopActor
public final class WorkerProcess {
    let configuration: TenantConfiguration
    let control: ControlChannel<Instruction, Report>
    let store: TenantStore
    let facts: DoorFacts
    let memory = WorkerMemory()
    let counters = WorkerCounters()
    private var listeners: [Listener] = []
    var sessions: [ObjectIdentifier: any ClientSession] = [:]
    private var connections = 0
    private var lastUse = ContinuousClock.now
    private var finished: CheckedContinuation<Int32, Never>?
    /// How the process is to end, once that is decided; perhaps before `finished` waits for it.
    private var exitStatus: Int32?
    private var isStopping = false

    /// The whole life of the process `casella-tenant`.
    public nonisolated static func main() -> Never {
        Log.start(process: "tenant")
        do {
            let configuration = try Child.readConfiguration(TenantConfiguration.self)
            Log.start(process: "tenant \(configuration.name)")
            try Child.confine(configuration.confinement)
            Child.run { await serve(configuration) }
        } catch {
            Child.fail(error)
        }
    }

    init(_ configuration: TenantConfiguration, control: ControlChannel<Instruction, Report>, store: TenantStore) {
        self.configuration = configuration
        self.control = control
        self.store = store
        facts = DoorFacts(configuration)
    }

    private static func serve(_ configuration: TenantConfiguration) async -> Int32 {
        do {
            let control = try await ControlChannel<Instruction, Report>(descriptor: Child.controlDescriptor)
            let store = try await openStore(configuration)
            let worker = WorkerProcess(configuration, control: control, store: store)
            return await worker.run()
        } catch {
            Log.error("the worker can't start", ["error": "\(error)"])
            return 75  // EX_TEMPFAIL: the control plane tries again, later each time
        }
    }

    private static func openStore(_ configuration: TenantConfiguration) async throws(StoreError) -> TenantStore {
        let access = configuration.database
        let database = PostgresConfiguration(
            host: access.host, port: access.port, database: access.database, user: access.role, password: access.password,
            applicationName: "casella-tenant")
        return try await TenantStore.open(
            tenant: configuration.tenant, database: database, blobDirectory: configuration.directory + "/blobs",
            snapshotFolder: configuration.directory + "/snapshots")
    }

    private func run() async -> Int32 {
        store.onLeaseLost = { [unowned self] in finish(with: 75, because: "another worker took the lease") }
        do {
            try await openDoors()
        } catch {
            Log.error("the worker can't open its doors", ["error": "\(error)"])
            return 70
        }
        store.warn(at: configuration.quotaWarnings) { [facts] warning, store in
            await QuotaWarningDelivery(facts: facts, store: store).deliver(warning)
        }
        control.send(.ready)
        EventLoopActor.task { await self.obey() }
        EventLoopActor.task { await self.watchIdleness() }
        EventLoopActor.task { await self.compactDaily() }
        let status = await withCheckedContinuation { continuation in
            if let exitStatus { continuation.resume(returning: exitStatus) } else { finished = continuation }
        }
        await store.close()
        control.send(.measurements(id: 0, measurements))
        await control.close()
        return status
    }

    private var measurements: Measurements { .worker(counters.figures(of: store, sessions: sessions.values.map { $0.service })) }

    private func openDoors() async throws(ConnectionError) {
        for inherited in configuration.listeners {
            let listener = try await Listener.serve(descriptor: inherited.descriptor) { [unowned self] in
                await admit($0, to: inherited.service)
            }
            listeners.append(listener)
        }
    }

    // MARK: Connections

    private func admit(_ connection: Connection, to door: InheritedListener.Service) async {
        guard case .local(let peer) = connection.peer, configuration.trustedPeers.contains(peer.user) else {
            Log.warning("a process that is not trusted knocked at an inner door", ["peer": "\(connection.peer)"])
            return
        }
        connections += 1
        defer {
            connections -= 1
            lastUse = .now
        }
        switch door {
        case .lmtp: await LMTPConnection(connection: connection, store: store, facts: facts, memory: memory, counters: counters).run()
        case .session:
            do { try await serveSession(over: connection) } catch {
                Log.warning("a session could not be opened", ["error": "\(error)"])
            }
        case .smtp, .submission, .submissions, .imap, .imaps, .pop3, .pop3s, .admin, .https, .relay:
            Log.error("a door of another process was handed to a worker", ["door": door.rawValue])
        }
    }

    // MARK: Instructions

    private func obey() async {
        while let instruction = await control.next() {
            switch instruction {
            case .stop: await stop(because: "stopped by the control plane")
            case .endSessions(_, let user, let services, let reason): endSessions(of: user, services, because: reason)
            case .directoryChanged: store.directoryChanged()
            case .areYouAlive: control.send(.alive)
            case .measure(let id): control.send(.measurements(id: id, measurements))
            case .recountUsage(let id): perform(id) { [store] () async throws(StoreError) in try await store.recountUsage() }
            case .alignUsage(let id): perform(id) { [store] () async throws(StoreError) in try await store.alignUsage() }
            case .removeExpired(let id): perform(id) { [store] () async throws(StoreError) in try await store.removeExpired() }
            case .copyHeld(let id, let copy): answer { [store] in .heldCopied(id: id, await copy.perform(in: store)) }
            case .compact(let id, let isTrial): answer { [self] in .compacted(id: id, await compact(isTrial: isTrial)) }
            case .commitRows(let id): perform(id) { [store] () async throws(StoreError) in try await store.commitRows() }
            case .giveNotice(let id, let notice):
                perform(id) { [facts, store] () async throws(StoreError) in
                    try await AccountNoticeDelivery(facts: facts, store: store).deliver(notice)
                }
            case .domains, .certificates, .endSession, .listSessions, .authenticated, .queueCommand: break  // for other kinds of process
            }
        }
        await stop(because: "the control plane is gone")
    }

    /// Does what the control plane waits for, and reports it.
    private func perform(_ id: Int64, _ body: @escaping @EventLoopActor () async throws(StoreError) -> Void) {
        answer {
            do throws(StoreError) {
                try await body()
                return .taskDone(id: id, problem: nil)
            } catch {
                Log.error("what the control plane asked for could not be done", ["error": "\(error)"])
                return .taskDone(id: id, problem: "the mail store was not available")
            }
        }
    }

    /// The worker does not end meanwhile, and lives no longer for it.
    private func answer(_ body: @escaping @EventLoopActor () async -> Report) {
        connections += 1
        EventLoopActor.task { [self] in
            defer { connections -= 1 }
            control.send(await body())
        }
    }

    private func endSessions(of user: Int64?, _ services: [ClientService], because reason: String) {
        for session in sessions.values where user == nil || session.user == user {
            if services.contains(session.service) { session.end(reason: reason) }
        }
    }

    /// Ends sessions in their protocol's words, waits for deliveries in hand, and exits.
    private func stop(because reason: String) async {
        guard !isStopping else { return }
        isStopping = true
        await emptyDoors()
        finish(with: 0, because: reason)
    }

    /// Takes no more connections and ends those there are, within a few seconds: as long as this process lives, nobody answers at
    /// the doors.
    private func emptyDoors() async {
        for listener in listeners { await listener.stop() }
        endSessions(of: nil, ClientService.allCases, because: "The server is restarting; please connect again")
        let deadline = ContinuousClock.now + .seconds(5)
        while connections > 0, .now < deadline { await EventLoopActor.sleep(for: .milliseconds(20)) }
    }

    // MARK: Idleness

    private func watchIdleness() async {
        let limit = Duration.seconds(configuration.idleSeconds)
        // Seldom: each look wakes a process that may have nothing else to do, and there are a thousand of them.
        let pause = min(.seconds(5), limit)
        let heap = HeapTrimming()
        var isTrimmed = false
        while !isStopping {
            await EventLoopActor.sleep(for: pause)
            guard connections == 0 else {
                isTrimmed = false
                heap.trimIfWorthwhile()
                continue
            }
            if !isTrimmed { casella_trim_heap() }
            isTrimmed = true
            guard lastUse + limit <= .now, !isStopping else { continue }
            isStopping = true
            // The control plane holds the listening sockets too: who connects from now on waits there for the next worker.
            // One that slipped in meanwhile must not keep them waiting for as long as its session lasts.
            await emptyDoors()
            control.send(.idle)
            finish(with: 0, because: "idle")
        }
    }

    // MARK: Disk space

    /// Gives space back that nobody needs any more, once a day, however often the company's worker comes and goes; away from the start,
    /// which somebody waits for.
    private func compactDaily() async {
        while !isStopping {
            await EventLoopActor.sleep(for: .seconds(30))
            guard !isStopping, await store.isCompactionDue() else { continue }
            connections += 1
            _ = await compact(isTrial: false)
            connections -= 1
        }
    }

    private func compact(isTrial: Bool) async -> CompactionAnswer {
        guard isTrial || !store.isCompacting else { return .failed("its worker is at it already") }
        do throws(StoreError) {
            let outcome = try await store.compact(isTrial: isTrial)
            if !isTrial, outcome != CompactionOutcome() {
                Log.info("disk space was given back", ["octets": "\(outcome.freed)", "packed": "\(outcome.packed)"])
            }
            return .done(freed: outcome.freed, packed: outcome.packed)
        } catch {
            Log.warning("disk space that nobody needs could not be given back", ["error": "\(error)"])
            return .failed("the mail store was not available")
        }
    }

    private func finish(with status: Int32, because reason: String) {
        guard exitStatus == nil else { return }
        exitStatus = status
        Log.info("the worker ends", ["reason": reason])
        finished?.resume(returning: status)
        finished = nil
    }
}
