import AdminAPI
import Runtime
import Supervision

/// All tenants' doors and workers.
@EventLoopActor
final class TenantWorkers {
    private let directory: DataDirectory
    private let journal: Journal
    private let launcher: ChildLauncher
    private var supervisors: [Int64: TenantSupervisor] = [:]
    /// Of tenants that are gone: those whose figures `past` lacks, since their last worker may have something to say yet.
    private var leaving: [TenantSupervisor] = []
    /// What the workers of tenants counted that are gone, but for `leaving`.
    private var past = WorkerFigures()
    /// How often workers ended badly, also those of tenants that are gone.
    private(set) var badEnds: Int64 = 0

    init(directory: DataDirectory, journal: Journal, launcher: ChildLauncher) {
        (self.directory, self.journal, self.launcher) = (directory, journal, launcher)
    }

    /// Opens the tenant's doors.
    func add(_ tenant: Int64, name: TenantName) throws(StartupError) {
        let supervisor = TenantSupervisor(tenant: tenant, name: name, directory: directory, journal: journal) {
            [launcher] listeners, doors in
            try await launcher.startTenant(tenant, name: name, listeners: listeners, descriptors: doors)
        } endedBadly: { [weak self] in
            self?.badEnds &+= 1
        }
        try supervisor.open()
        supervisors[tenant] = supervisor
    }

    /// Stops the tenant's worker and takes its doors away.
    func close(_ tenant: Int64) async { await supervisors[tenant]?.close() }

    /// Opens the doors of a tenant again whose deletion failed.
    func reopen(_ tenant: Int64) throws(StartupError) { try supervisors[tenant]?.open() }

    /// Whether the tenant's doors are open, or being closed.
    func hasDoors(of tenant: Int64) -> Bool { supervisors[tenant] != nil }

    /// Forgets a tenant whose doors are closed.
    func forget(_ tenant: Int64) {
        guard let supervisor = supervisors.removeValue(forKey: tenant) else { return }
        leaving.append(supervisor)
        EventLoopActor.task {
            let figures = await supervisor.countedInAll()
            self.leaving.removeAll { $0 === supervisor }
            if case .worker(let figures)? = figures { self.past.add(figures) }
        }
    }

    /// To the tenant's worker, when one runs.
    func send(_ instruction: Instruction, to tenant: Int64) { supervisors[tenant]?.send(instruction) }

    /// Has the tenant's worker set its usage counters right. Returns what kept it from that; nil when they are right.
    func recountUsage(of tenant: Int64) async -> String? { await perform(for: tenant) { .recountUsage(id: $0) } }

    /// The same for those of domains alone, as sums of what their users' say.
    func alignUsage(of tenant: Int64) async -> String? { await perform(for: tenant) { .alignUsage(id: $0) } }

    /// Has it tell a user of a changed account.
    func give(_ notice: AccountNotice, to tenant: Int64) async -> String? { await perform(for: tenant) { .giveNotice(id: $0, notice) } }

    /// What would keep it from recounting; nil when nothing is known to.
    func obstacle(to tenant: Int64) -> String? {
        guard let supervisor = supervisors[tenant] else { return Self.isBeingDeleted }
        return supervisor.status.state == .stopped ? TenantSupervisor.doesNotStart : nil
    }

    /// Has it remove what has been in mailboxes for trash and junk for longer than the plan says.
    func removeExpired(of tenant: Int64) async -> String? { await perform(for: tenant) { .removeExpired(id: $0) } }

    /// Has it copy what legal holds keep. nil: nobody knows whether it did.
    func copyHeld(_ copy: HeldCopy, of tenant: Int64) async -> HeldCopyOutcome? {
        guard let supervisor = supervisors[tenant] else { return .failed(Self.isBeingDeleted) }
        return await supervisor.copyHeld(copy)
    }

    /// Has it give disk space back. nil: it is still at it.
    func compact(_ tenant: Int64, isTrial: Bool) async -> CompactionAnswer? {
        guard let supervisor = supervisors[tenant] else { return .failed(Self.isBeingDeleted) }
        return await supervisor.compact(isTrial: isTrial)
    }

    private func perform(for tenant: Int64, _ instruction: (Int64) -> Instruction) async -> String? {
        guard let supervisor = supervisors[tenant] else { return Self.isBeingDeleted }
        return await supervisor.perform(instruction)
    }

    private static let isBeingDeleted = "the tenant is being deleted"

    /// Has the tenant's worker commit what the tables lack, so that they tell its usage as of now. Returns soon in any case.
    func commitRows(of name: TenantName) async { await supervisors.values.first { $0.name == name }?.commitRows() }

    func restart(_ name: TenantName) async -> Worker? {
        guard let supervisor = supervisors.values.first(where: { $0.name == name }) else { return nil }
        await supervisor.restart()
        return supervisor.status
    }

    func status(of name: TenantName) -> Worker? { supervisors.values.first { $0.name == name }?.status }

    func stopAll() async {
        await withTaskGroup(of: Void.self) { group in
            for supervisor in supervisors.values { group.addTask { await supervisor.close() } }
        }
    }

    /// Those that run, fail, or counted something before, by name; and what the workers of tenants counted that are gone. A tenant that
    /// goes meanwhile is among the first alone.
    func measured(within limit: Duration) async -> (workers: [MeasuredProcess], departed: WorkerFigures) {
        let (present, departed) = (Array(supervisors.values), departed)
        let workers = await withTaskGroup(of: MeasuredProcess?.self) { group in
            for supervisor in present { group.addTask { await supervisor.measured(within: limit) } }
            var found: [MeasuredProcess] = []
            for await measured in group { if let measured { found.append(measured) } }
            return found.sorted { $0.worker.name < $1.worker.name }
        }
        return (workers, departed)
    }

    private var departed: WorkerFigures {
        leaving.reduce(into: past) { sum, supervisor in
            if case .worker(let figures)? = supervisor.counted { sum.add(figures) }
        }
    }

    var count: Int { supervisors.count }
    var names: [TenantName] { supervisors.values.map(\.name) }
    var statuses: [Worker] { supervisors.values.map(\.status).sorted { $0.name < $1.name } }
}
