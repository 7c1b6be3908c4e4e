import AdminAPI
import CProcess
import Glibc
import Runtime
import Supervision

/// One tenant's doors and, while there is work, the worker behind them.
///
/// The two listening sockets are the control plane's; a worker inherits them. Without a worker they are watched, and the
/// first connection starts one. So a connection that comes between two workers waits in the backlog and is never lost.
@EventLoopActor
final class TenantSupervisor {
    let tenant: Int64
    let name: TenantName
    private let directory: DataDirectory
    private let journal: Journal
    private let launch: @EventLoopActor ([InheritedListener], [Int32]) async throws -> RunningChild
    private let endedBadly: @EventLoopActor () -> Void

    private enum State { case closed, watching([ReadinessWatch]), starting, running(RunningChild), waiting }
    private var state = State.closed
    private var doors: [Int32] = []
    private var backOff = BackOff()
    private var crashes = 0
    private var lastExit: String?
    private var isStopping = false
    /// Counts how often the doors were opened: what waits for doors that are gone must not touch the new ones.
    private var opening = 0
    private let tasks = PendingTasks()
    /// nil: nobody knows what became of it.
    private let copies = PendingAnswers<HeldCopyOutcome?>()
    private let compactions = PendingAnswers<CompactionAnswer?>()
    private var tally = Tally()
    /// The worker that the tally lacks: one that has ended stays until it has what that said last, so that sums never fall meanwhile.
    private var untallied: RunningChild?
    private var life: Task<Void, Never>?

    private static let backlog: Int32 = 1_024
    private static let grace = Duration.seconds(10)
    /// How long such as a recount may take, and the commit of what the tables lack.
    private static let taskTime = Duration.seconds(45), commitTime = Duration.seconds(2)
    static let doesNotStart = "the tenant's worker does not start"
    /// The doors, in the order in which a worker inherits them from descriptor 4 on.
    private static let services: [InheritedListener.Service] = [.lmtp, .session]

    init(
        tenant: Int64, name: TenantName, directory: DataDirectory, journal: Journal,
        launch: @escaping @EventLoopActor ([InheritedListener], [Int32]) async throws -> RunningChild,
        endedBadly: @escaping @EventLoopActor () -> Void
    ) {
        (self.tenant, self.name, self.directory, self.journal) = (tenant, name, directory, journal)
        (self.launch, self.endedBadly) = (launch, endedBadly)
    }

    // MARK: Doors

    /// Makes the tenant's directories and doors. Mail can come from now on.
    func open() throws(StartupError) {
        try directory.prepareTenant(tenant)
        do throws(StartupError) {
            for service in Self.services {
                let path = "\(directory.tenantSocketDirectory(tenant))/\(service.rawValue)"
                let group = directory.users?.doors
                let door = casella_listen_unix(path, group == nil ? 0o600 : 0o660, geteuid(), group ?? getegid(), Self.backlog)
                guard door >= 0 else { throw StartupError.file(path: path, doing: "listen at", code: -door) }
                doors.append(door)
            }
            isStopping = false
            opening += 1
            try watch()
        } catch {
            closeDoors()
            throw error
        }
    }

    /// Ends the worker and takes the doors away: nobody can reach the tenant any more.
    func close() async {
        isStopping = true
        if case .watching(let watches) = state { for watch in watches { watch.cancel() } }
        while case .starting = state { try? await Task.sleep(for: .milliseconds(5)) }
        if case .running(let child) = state { await child.stop(grace: Self.grace) }
        state = .closed
        closeDoors()
    }

    private func closeDoors() {
        for door in doors { Glibc.close(door) }
        doors = []
        for service in Self.services { unlink("\(directory.tenantSocketDirectory(tenant))/\(service.rawValue)") }
    }

    private func watch() throws(StartupError) {
        var watches: [ReadinessWatch] = []
        for door in doors { watches.append(try ReadinessWatch(descriptor: door) { [weak self] in self?.connectionWaits() }) }
        state = .watching(watches)
    }

    private func connectionWaits() {
        guard case .watching(let watches) = state else { return }
        for watch in watches { watch.cancel() }
        state = .starting
        life = Task { await runWorker(opening) }
    }

    // MARK: The worker

    private func runWorker(_ opening: Int) async {
        var age = Duration.zero
        var isBad = true
        do {
            let listeners = Self.services.enumerated().map { InheritedListener(service: $1, descriptor: Int32(4 + $0)) }
            let child = try await launch(listeners, doors)
            state = .running(child)
            untallied = child
            let wasReady = await listen(to: child)
            let ending = await child.ending()
            tally.end(child.figures)
            if untallied === child { untallied = nil }
            age = child.age
            isBad = ending != .exited(0) || !wasReady
            lastExit = isBad ? child.explanation(of: ending) : ending.description
        } catch {
            lastExit = String(describing: error)
        }
        guard opening == self.opening else { return }
        guard !isStopping else {
            state = .closed
            return
        }
        if isBad {
            crashes += 1
            endedBadly()
            state = .waiting
            let delay = backOff.delay(afterRunning: age)
            journal.error("a worker ended badly", ["tenant": name.text, "ending": lastExit ?? "", "delay": "\(delay)"])
            try? await Task.sleep(for: delay)
        } else {
            backOff = BackOff()
        }
        await watchAgain(opening)
    }

    /// Doors that can't be watched, as when the process has no descriptors left, are tried again: nobody reaches the tenant meanwhile.
    private func watchAgain(_ opening: Int) async {
        while !isStopping, opening == self.opening {
            do {
                return try watch()
            } catch {
                journal.error("a tenant's doors can't be watched; trying again", ["tenant": name.text, "error": "\(error)"])
                state = .waiting
                try? await Task.sleep(for: BackOff.longest)
            }
        }
    }

    private func listen(to child: RunningChild) async -> Bool {
        guard let channel = child.channel else { return false }
        var wasReady = false
        while let report = await child.report() {
            switch report {
            case .ready: wasReady = true
            case .idle: break  // its exit follows
            case .taskDone(let id, let problem): tasks.finish(id, problem)
            case .heldCopied(let id, let outcome): copies.finish(id, outcome)
            case .compacted(let id, let answer): compactions.finish(id, answer)
            case .authenticate, .loggedInAgain, .sessions, .queueCommandDone, .alive, .measurements:
                journal.warning("a worker sent a report that is not a worker's", ["tenant": name.text])
            }
        }
        tasks.abandon("the tenant's worker ended meanwhile")
        copies.finishAll(nil)
        compactions.finishAll(.failed("the tenant's worker ended meanwhile"))
        await channel.close()
        for _ in 0..<500 where !child.hasEnded { try? await Task.sleep(for: .milliseconds(10)) }
        if !child.hasEnded { child.kill() }
        return wasReady
    }

    func send(_ instruction: Instruction) {
        if case .running(let child) = state { child.channel?.send(instruction) }
    }

    /// Has the worker do something that takes a while, such as counting usage again, and starts one if there is none. Returns what kept it
    /// from that.
    /// - Parameter instruction: gets the number that the answer is to have.
    func perform(_ instruction: (Int64) -> Instruction) async -> String? {
        let deadline = ContinuousClock.now + Self.taskTime
        var problem = Self.doesNotStart
        while .now < deadline, !isStopping {
            connectionWaits()
            if case .running(let child) = state, let channel = child.channel {
                let answer = await tasks.ask(until: deadline) { channel.send(instruction($0)) }
                guard case .problem(let text, let mayRepeat) = answer else { return nil }
                problem = text
                guard mayRepeat else { return problem }
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return problem
    }

    /// Has the worker copy what legal holds keep, and starts one if there is none. It is asked once: a second worker would copy again
    /// what the first one has.
    /// - Returns: nil when it did not answer in time, or ended before it did.
    func copyHeld(_ copy: HeldCopy) async -> HeldCopyOutcome? {
        await ask(copies, failed: .failed(Self.doesNotStart)) { .copyHeld(id: $0, copy) }
    }

    /// Has the worker give disk space back, and starts one if there is none.
    /// - Returns: nil when it was not done in time; it goes on.
    func compact(isTrial: Bool) async -> CompactionAnswer? {
        await ask(compactions, failed: .failed(Self.doesNotStart)) { .compact(id: $0, isTrial: isTrial) }
    }

    private func ask<Answer: Sendable>(
        _ answers: PendingAnswers<Answer?>, failed: Answer, _ instruction: @escaping (Int64) -> Instruction
    ) async -> Answer? {
        let deadline = ContinuousClock.now + Self.taskTime
        while .now < deadline, !isStopping {
            connectionWaits()
            if case .running(let child) = state, child.isReady, let channel = child.channel {
                return await answers.ask(until: deadline, silence: nil) { channel.send(instruction($0)) }
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return failed
    }

    /// Has the worker, if there is one, commit what the tables lack. What they say is a few seconds old when it can't.
    func commitRows() async {
        guard case .running(let child) = state, child.isReady, let channel = child.channel else { return }
        _ = await tasks.ask(until: .now + Self.commitTime) { channel.send(.commitRows(id: $0)) }
    }

    /// The worker with what it and those before it counted; nil when there was none. It is asked, and not waited for longer than this.
    func measured(within limit: Duration) async -> MeasuredProcess? {
        guard case .running(let child) = state else {
            let total = counted
            if total == nil, status.state != .waiting { return nil }
            return MeasuredProcess(worker: status, figures: total)
        }
        let answer = await child.measure(within: limit)
        var isCurrent = false
        if case .running(let now) = state { isCurrent = now === child }
        let isStillThere = isCurrent && !child.hasEnded
        return MeasuredProcess(
            worker: status, isReady: child.isReady, isSilent: isStillThere && child.isReady && answer == nil,
            figures: isCurrent ? tally.total(with: answer ?? child.figures) : counted,
            memory: isStillThere ? MeasuredProcess.residentMemory(of: String(child.process)) : nil)
    }

    /// What all its workers counted since the start, as far as they have told.
    var counted: Measurements? { tally.total(with: untallied?.figures?.ended) }

    /// What all its workers counted, once the doors are closed and the last of them has ended.
    func countedInAll() async -> Measurements? {
        await life?.value
        return tally.total(with: nil)
    }

    /// Ends the worker if there is one; the next connection starts another.
    func restart() async {
        switch state {
        case .running(let child): await child.stop(grace: Self.grace)
        case .waiting: backOff = BackOff()
        case .closed, .watching, .starting: break
        }
    }

    var status: Worker {
        let worker = WorkerName.tenant(name)
        switch state {
        case .closed: return Worker(name: worker, state: .stopped, pid: nil, startedAt: nil, crashes: crashes, lastExit: lastExit)
        case .watching, .starting: return Worker(name: worker, state: .idle, pid: nil, startedAt: nil, crashes: crashes, lastExit: lastExit)
        case .waiting: return Worker(name: worker, state: .waiting, pid: nil, startedAt: nil, crashes: crashes, lastExit: lastExit)
        case .running(let child):
            return Worker(
                name: worker, state: .running, pid: child.process, startedAt: child.startedAt, crashes: crashes, lastExit: lastExit)
        }
    }
}
