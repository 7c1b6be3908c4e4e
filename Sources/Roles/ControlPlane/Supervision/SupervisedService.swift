import AdminAPI
import Runtime
import Supervision

/// A process that always runs: started again, ever later, when it ends badly.
@EventLoopActor
final class SupervisedService {
    let name: WorkerName
    private let journal: Journal
    private let grace: Duration
    private let launch: @EventLoopActor () async throws -> RunningChild
    private let heard: @EventLoopActor (Report, RunningChild) -> Void
    private var child: RunningChild?
    private var crashes = 0
    private var lastExit: String?
    private var isReady = false
    private var isStopping = false
    private var restartIsWanted = false
    private var life: Task<Void, Never>?
    private var tally = Tally()

    /// - Parameters:
    ///   - grace: how long the process may take to stop before it is made to.
    ///   - heard: takes each report of the process, `ready` included.
    init(
        _ name: WorkerName, journal: Journal, grace: Duration, launch: @escaping @EventLoopActor () async throws -> RunningChild,
        heard: @escaping @EventLoopActor (Report, RunningChild) -> Void = { _, _ in }
    ) {
        (self.name, self.journal, self.grace, self.launch, self.heard) = (name, journal, grace, launch, heard)
    }

    func start() { life = Task { await live() } }

    /// Returns once the process reported that it is ready; a process without a channel is ready as soon as it runs.
    func waitUntilReady(within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        while !isReady {
            guard .now < deadline else {
                throw StartupError.program(name: "The process \(name)", reason: lastExit ?? "it did not report in time")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// False when there is no process to hear it.
    @discardableResult
    func send(_ instruction: Instruction) -> Bool {
        guard let channel = child?.channel else { return false }
        channel.send(instruction)
        return true
    }

    func restart() async {
        guard let child else { return }
        (restartIsWanted, isReady) = (true, false)
        await child.stop(grace: grace)
    }

    func stop() async {
        isStopping = true
        life?.cancel()
        await child?.stop(grace: grace)
        await life?.value
    }

    var status: Worker {
        let state: Worker.State = isStopping ? .stopped : child != nil ? .running : .waiting
        return Worker(name: name, state: state, pid: child?.process, startedAt: child?.startedAt, crashes: crashes, lastExit: lastExit)
    }

    /// The process with what it counted. It is asked, and not waited for longer than this.
    func measured(within limit: Duration) async -> MeasuredProcess {
        let child = child
        let answer = await child?.measure(within: limit)
        let isSilent = child?.channel != nil && child?.isReady == true && child?.hasEnded == false && answer == nil
        let isRunning = child != nil && child === self.child
        return MeasuredProcess(
            worker: status, isReady: isReady, isSilent: isSilent,
            figures: tally.total(with: isRunning ? answer ?? child?.figures : nil),
            memory: child.flatMap { MeasuredProcess.residentMemory(of: String($0.process)) })
    }

    private func live() async {
        var backOff = BackOff()
        while !isStopping {
            var age = Duration.zero
            do {
                let child = try await launch()
                self.child = child
                if isStopping { await child.stop(grace: grace) }  // `stop` came while it was being launched, and saw no child
                await listen(to: child)
                let ending = await child.ending()
                (age, self.child, isReady) = (child.age, nil, false)
                tally.end(child.figures)
                if restartIsWanted || isStopping {
                    restartIsWanted = false
                    lastExit = ending.description
                    continue
                }
                lastExit = child.explanation(of: ending)
            } catch {
                lastExit = String(describing: error)
            }
            crashes += 1
            let delay = backOff.delay(afterRunning: age)
            journal.error(
                "a process ended; it is started again", ["name": name.text, "ending": lastExit ?? "", "delay": "\(delay)"])
            try? await Task.sleep(for: delay)
        }
    }

    private func listen(to child: RunningChild) async {
        guard let channel = child.channel else {
            isReady = true
            return
        }
        while let report = await child.report() {
            if report == .ready { isReady = true }
            heard(report, child)
        }
        await channel.close()
        // Without its channel the process is of no use; it should be ending by itself.
        for _ in 0..<200 where !child.hasEnded { try? await Task.sleep(for: .milliseconds(10)) }
        if !child.hasEnded, !isStopping, !restartIsWanted { child.kill() }
    }
}
