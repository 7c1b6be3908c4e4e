import AdminAPI
import CProcess
import FoundationEssentials
import Glibc
import NIOCore
import Runtime
import Supervision

/// One started process: its control channel, its standard error, and its end.
@EventLoopActor
final class RunningChild {
    /// How it is called in the log.
    let name: String
    let startedAt: Timestamp
    let started = ContinuousClock.now
    /// nil for programs that are not ours.
    let channel: ControlChannel<Report, Instruction>?
    private let child: ChildProcess
    private let journal: Journal
    /// The last line that may explain its end.
    private var lastLine: String?
    private var outputHasEnded = false
    private var end: ChildProcess.Ending?
    private var waiters: [CheckedContinuation<ChildProcess.Ending, Never>] = []
    private var isStopping = false
    /// Questions after its life that stand unanswered, and how long the first may.
    private var unanswered = 0
    private let patience: Duration
    private static let questions = 3
    /// Before it is ready it may wait for the database, or read what it left undone.
    private static let patienceAtStart = 3
    private(set) var isReady = false
    /// What it last told of what it counted.
    private(set) var figures: Measurements?
    private let measuring = PendingAnswers<Measurements?>()

    var process: Int32 { child.process }
    var hasEnded: Bool { end != nil }
    var age: Duration { started.duration(to: .now) }

    private init(
        name: String, child: ChildProcess, channel: ControlChannel<Report, Instruction>?, output: Connection, patience: Duration,
        journal: Journal
    ) {
        (self.name, self.child, self.channel, self.patience, self.journal) = (name, child, channel, patience, journal)
        startedAt = Timestamp(secondsSince1970: Int64(time(nil)))
        Task { await readOutput(of: output) }
        Task {
            let ending = await child.ending()
            end = ending
            for waiter in waiters { waiter.resume(returning: ending) }
            waiters = []
            measuring.finishAll(nil)
        }
        if channel != nil { Task { await waitUntilReady() } }
    }

    // MARK: Starting

    /// Starts one of our programs; `configuration` is the first line that it reads.
    /// - Parameter patience: how long it may give no sign of life, once it is ready; until then it has `patienceAtStart` times as much.
    static func start(
        _ program: String, name: String, configuration: some Encodable, listeners: [Int32], patience: Duration, journal: Journal
    ) async throws -> RunningChild {
        var line = try JSONEncoder().encode(configuration)
        line.append(10)
        let control = try Pair(program)
        defer { control.closeTheirs() }
        let (child, output) = try await spawn(program, arguments: [], more: [control.theirs] + listeners, user: nil, deathSignal: 0)
        // Blocking, into a socket that nobody else writes to yet.
        line.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = write(control.ours, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }  // it died already; its ending says why
                written += count
            }
        }
        let channel = try await ControlChannel<Report, Instruction>(descriptor: control.ours)
        return RunningChild(name: name, child: child, channel: channel, output: output, patience: patience, journal: journal)
    }

    /// Starts a program that knows nothing of us.
    static func startPlain(
        _ program: String, arguments: [String], name: String, user: FileSystem.Owner?, deathSignal: Int32, journal: Journal
    ) async throws -> RunningChild {
        let (child, output) = try await spawn(program, arguments: arguments, more: [], user: user, deathSignal: deathSignal)
        return RunningChild(name: name, child: child, channel: nil, output: output, patience: .zero, journal: journal)
    }

    private static func spawn(
        _ program: String, arguments: [String], more: [Int32], user: FileSystem.Owner?, deathSignal: Int32
    ) async throws -> (ChildProcess, Connection) {
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nothing) }
        let output = try Pair(program)
        defer { output.closeTheirs() }
        // No secret, and no crash reporter, which could not run inside the cage.
        let environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "SWIFT_BACKTRACE": "enable=no"]
        let child = try ChildProcess.spawn(
            program, arguments: arguments, environment: environment, descriptors: [nothing, output.theirs, output.theirs] + more,
            user: user.map { ($0.user, $0.group) }, deathSignal: deathSignal)
        return (child, try await Connection.adopt(descriptor: output.ours))
    }

    private struct Pair {
        let ours: Int32
        let theirs: Int32

        init(_ program: String) throws(StartupError) {
            var pair: [Int32] = [-1, -1]
            let result = casella_socket_pair(&pair)
            guard result == 0 else { throw .file(path: program, doing: "make a channel to", code: -result) }
            (ours, theirs) = (pair[0], pair[1])
        }

        func closeTheirs() { close(theirs) }
    }

    // MARK: Reports

    /// The next report; nil when the process has let go of its channel. Mere signs of life, and what it counted, are kept here.
    func report() async -> Report? {
        while let report = await channel?.next() {
            unanswered = 0
            if report == .ready {
                isReady = true
                Task { await watchOver() }
            }
            if case .measurements(let id, let figures) = report {
                self.figures = figures
                measuring.finish(id, figures)
            } else if report != .alive {
                return report
            }
        }
        return nil
    }

    private func waitUntilReady() async {
        try? await Task.sleep(for: patience * Self.patienceAtStart)
        guard !isReady, end == nil, !isStopping else { return }
        lastLine = "it was not ready within \(patience * Self.patienceAtStart)"
        journal.error("a process does not become ready and is killed", ["name": name, "process": String(process)])
        kill()
    }

    /// Kills the process when it hangs or was stopped, so that another can take its place. Counts questions instead of looking at a
    /// clock: a machine that slept must not kill everybody when it wakes.
    private func watchOver() async {
        while end == nil, !isStopping {
            guard unanswered < Self.questions else {
                lastLine = "it gave no sign of life for \(patience)"
                journal.error("a process gives no sign of life and is killed", ["name": name, "process": String(process)])
                return kill()
            }
            unanswered += 1
            channel?.send(.areYouAlive)
            try? await Task.sleep(for: patience / Self.questions)
        }
    }

    /// Asks what it counted; nil when it does not say so in time, and when it is not ready yet.
    func measure(within limit: Duration) async -> Measurements? {
        guard isReady, end == nil, let channel else { return nil }
        return await measuring.ask(until: .now + limit, silence: nil) { channel.send(.measure(id: $0)) }
    }

    // MARK: Output

    private func readOutput(of connection: Connection) async {
        var unread: [UInt8] = []
        while let piece = try? await connection.read() {
            unread += piece.readableBytesView
            var start = 0
            while let end = unread[start...].firstIndex(of: 10) {
                take(unread[start..<end])
                start = end + 1
            }
            unread.removeSubrange(..<start)
            if unread.count > Journal.lineLimit {
                take(unread[...])
                unread = []
            }
        }
        take(unread[...])
        outputHasEnded = true
        await connection.close()
    }

    private func take(_ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty else { return }
        let line = String(decoding: bytes, as: UTF8.self)
        // Our own programs say how bad it is; whatever else writes there writes for a reason.
        if Log.level(of: bytes).map({ $0 >= .warning }) ?? true { lastLine = line }
        journal.pass(line, from: name)
    }

    // MARK: Ending

    /// Waits for its end, and a moment for what it last said.
    func ending() async -> ChildProcess.Ending {
        let ending: ChildProcess.Ending
        if let end { ending = end } else { ending = await withCheckedContinuation { waiters.append($0) } }
        for _ in 0..<20 where !outputHasEnded { try? await Task.sleep(for: .milliseconds(10)) }
        return ending
    }

    /// The ending in words, with what the process last complained of.
    func explanation(of ending: ChildProcess.Ending) -> String {
        guard let lastLine else { return ending.description }
        var text = lastLine
        if let fields = try? JSONDecoder().decode([String: String].self, from: Data(lastLine.utf8)), let message = fields["message"] {
            text = fields["error"].map { "\(message): \($0)" } ?? message
        }
        return "\(ending): \(text.prefix(300))"
    }

    /// Asks the process to finish, insists after `grace`, and returns when it is gone.
    func stop(grace: Duration) async {
        isStopping = true
        if let channel { channel.send(.stop) } else { child.send(SIGINT) }
        if await ends(within: grace) { return }
        journal.warning("a process did not stop when asked", ["name": name, "process": String(process)])
        child.send(channel == nil ? SIGQUIT : SIGTERM)
        if await ends(within: .seconds(3)) { return }
        child.send(SIGKILL)
        _ = await ends(within: .seconds(10))
    }

    private func ends(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while end == nil, .now < deadline { try? await Task.sleep(for: .milliseconds(5)) }
        return end != nil
    }

    func kill() { child.send(SIGKILL) }
}
