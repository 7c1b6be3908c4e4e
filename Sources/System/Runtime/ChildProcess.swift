import CProcess
import Glibc
import Synchronization

/// A process that this one started.
public struct ChildProcess: Sendable {
    public let process: Int32

    /// How a process ended.
    public enum Ending: Sendable, Equatable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)

        public var description: String {
            switch self {
            case .exited(let status): "exit status \(status)"
            case .killed(let signal): "signal \(signal) (\(String(cString: strsignal(signal))))"
            }
        }
    }

    public struct SpawnFailure: Error, CustomStringConvertible {
        public let path: String
        public let code: Int32
        public var description: String { "\(path) could not be started: \(String(cString: strerror(code)))" }
    }

    /// Starts a program. Call it from a thread that lives as long as this process (the event loop): the child is told to
    /// die with that thread.
    /// - Parameters:
    ///   - descriptors: become descriptors 0, 1, 2, … of the child; all others are closed there. They stay open here.
    ///   - user: the numeric user and group to become; nil keeps this process's.
    ///   - deathSignal: what the child gets when this process dies; 0 for nothing.
    ///   - environment: all of it; nothing is inherited.
    public static func spawn(
        _ path: String, arguments: [String], environment: [String: String] = [:], descriptors: [Int32],
        user: (user: UInt32, group: UInt32)? = nil, deathSignal: Int32 = 0
    ) throws(SpawnFailure) -> ChildProcess {
        Reaper.shared.start()
        let argv = ([path] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for copy in argv + envp { free(copy) } }
        var process: pid_t = 0
        let result = Reaper.shared.register {
            casella_spawn(
                path, argv, envp, descriptors, Int32(descriptors.count), user == nil ? 0 : 1, user?.user ?? 0, user?.group ?? 0,
                deathSignal, &process)
        }
        guard result == 0 else { throw SpawnFailure(path: path, code: -result) }
        return ChildProcess(process: process)
    }

    /// Waits until the process ended. To be asked once: the answer is kept until then, and forgotten afterwards.
    public func ending() async -> Ending {
        await withCheckedContinuation { continuation in Reaper.shared.wait(for: process) { continuation.resume(returning: $0) } }
    }

    public func send(_ signal: Int32) { _ = kill(process, signal) }
}

/// The one thread that collects ended children.
private final class Reaper: Sendable {
    static let shared = Reaper()

    private struct State {
        var isRunning = false
        var endings: [Int32: ChildProcess.Ending] = [:]
        var waiters: [Int32: [@Sendable (ChildProcess.Ending) -> Void]] = [:]
    }
    private let state = Mutex(State())
    /// Counts children that were started and not collected yet, so that `waitpid` is called only when it has somebody to wait for.
    private let uncollected = Semaphore()

    func start() {
        let isFirst = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFirst else { return }
        Thread.detach(named: "reaper") { [self] in collect() }
    }

    func register(_ spawn: () -> Int32) -> Int32 {
        let result = spawn()
        uncollected.signal()  // a child whose exec failed has to be collected too
        return result
    }

    func wait(for process: Int32, _ done: @escaping @Sendable (ChildProcess.Ending) -> Void) {
        let ending = state.withLock { state -> ChildProcess.Ending? in
            if let ending = state.endings.removeValue(forKey: process) { return ending }
            state.waiters[process, default: []].append(done)
            return nil
        }
        if let ending { done(ending) }
    }

    private func collect() -> Never {
        while true {
            uncollected.wait()
            var status: Int32 = 0
            let process = waitpid(-1, &status, 0)
            guard process > 0 else { continue }
            let signal = status & 0x7f
            let ending: ChildProcess.Ending = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
            let waiters = state.withLock { state in
                guard let waiters = state.waiters.removeValue(forKey: process) else {
                    state.endings[process] = ending
                    return [@Sendable (ChildProcess.Ending) -> Void]()
                }
                return waiters
            }
            for waiter in waiters { waiter(ending) }
        }
    }
}
