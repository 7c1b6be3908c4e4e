import CPQ
import Glibc
import Synchronization

/// A thread that runs its actors' jobs and, between them, waits for descriptors and deadlines.
///
/// It starts with the first job and ends when there is no job and nobody waits, so that an idle pool costs no thread.
final class PollingThread: SerialExecutor, Sendable {
    enum Readiness { case ready, timedOut, interrupted }

    /// Names a party that waits, so that its wait can be interrupted.
    typealias Token = UInt64

    private struct Wait: Sendable {
        let token: Token
        /// -1 for a deadline alone.
        let descriptor: Int32
        let events: Int16
        let deadline: ContinuousClock.Instant?
        let continuation: CheckedContinuation<Readiness, Never>
    }

    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var waits: [Wait] = []
        var thread: pthread_t?
        /// True while the thread is in `poll`, or about to enter it without another look at `jobs`.
        var isPolling = false
        /// The event descriptor that ends a `poll`: -1 while there is none.
        var bell: Int32 = -1
        var lastToken: Token = 0
    }

    private let state = Mutex(State())

    func makeToken() -> Token {
        state.withLock { state in
            state.lastToken += 1
            return state.lastToken
        }
    }

    /// Returns when the descriptor is ready for one of `events` (or broken), at the deadline, or when interrupted. To be called on this
    /// thread's actors, and by one party at a time for a token.
    nonisolated(nonsending)
        func wait(
            _ token: Token, for descriptor: Int32 = -1, events: Int16 = 0, until deadline: ContinuousClock.Instant? = nil
        ) async -> Readiness
    {
        await withCheckedContinuation { continuation in
            let wait = Wait(token: token, descriptor: descriptor, events: events, deadline: deadline, continuation: continuation)
            state.withLock { state in
                state.waits.append(wait)
                wake(&state)
            }
        }
    }

    /// Ends the party's wait, if it waits.
    func interrupt(_ token: Token) {
        let interrupted = state.withLock { state in
            let interrupted = state.waits.filter { $0.token == token }
            state.waits.removeAll { $0.token == token }
            return interrupted
        }
        for wait in interrupted { wait.continuation.resume(returning: .interrupted) }
    }

    // MARK: Jobs

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        perform { job.runSynchronously(on: executor) }
    }

    fileprivate func perform(_ job: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.jobs.append(job)
            if state.thread == nil { start(&state) } else { wake(&state) }
        }
    }

    func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the PostgreSQL thread")
    }

    func isIsolatingCurrentContext() -> Bool? {
        state.withLock { state in
            guard let thread = state.thread else { return false }
            return pthread_equal(thread, pthread_self()) != 0
        }
    }

    // MARK: The thread

    private func start(_ state: inout State) {
        // Without it (no descriptor left) the thread still works: it then looks for jobs every few milliseconds.
        state.bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self).toOpaque()
        let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
            if let argument { Unmanaged<PollingThread>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }
        while pthread_create(&thread, &attributes, body, argument) != 0 {
            usleep(10_000)  // no thread to be had: nothing can go on until there is
        }
        state.thread = thread
    }

    private func wake(_ state: inout State) {
        guard state.isPolling, state.bell >= 0 else { return }
        state.isPolling = false
        eventfd_write(state.bell, 1)
    }

    private enum Turn { case run([@Sendable () -> Void]), poll([Wait], bell: Int32), end }

    private func run() {
        while true {
            switch nextTurn() {
            case .run(let jobs):
                for job in jobs { job() }
            case .poll(let waits, let bell):
                for (continuation, readiness) in poll(waits, bell) { continuation.resume(returning: readiness) }
            case .end: return
            }
        }
    }

    private func nextTurn() -> Turn {
        state.withLock { state in
            if !state.jobs.isEmpty {
                let jobs = state.jobs
                state.jobs.removeAll(keepingCapacity: jobs.count <= 64)
                return .run(jobs)
            }
            if state.waits.isEmpty {
                if state.bell >= 0 { close(state.bell) }
                state.bell = -1
                state.thread = nil
                return .end
            }
            state.isPolling = true
            return .poll(state.waits, bell: state.bell)
        }
    }

    private func poll(_ waits: [Wait], _ bell: Int32) -> [(CheckedContinuation<Readiness, Never>, Readiness)] {
        var entries = waits.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
        entries.append(pollfd(fd: bell, events: Int16(POLLIN), revents: 0))
        let timeout = bell >= 0 ? timeout(waits) : 5
        Glibc.poll(&entries, nfds_t(entries.count), timeout)
        if let rung = entries.last, rung.revents != 0 {
            var count: eventfd_t = 0
            eventfd_read(bell, &count)
        }
        let now = ContinuousClock.now
        var outcomes: [Token: Readiness] = [:]
        for (wait, entry) in zip(waits, entries) {
            if entry.revents != 0 {
                outcomes[wait.token] = .ready
            } else if let deadline = wait.deadline, deadline <= now {
                outcomes[wait.token] = .timedOut
            }
        }
        return state.withLock { state in
            state.isPolling = false
            var ended: [(CheckedContinuation<Readiness, Never>, Readiness)] = []
            // Another thread may have interrupted a wait meanwhile: only those that still stand are ended.
            state.waits.removeAll { wait in
                guard let outcome = outcomes[wait.token] else { return false }
                ended.append((wait.continuation, outcome))
                return true
            }
            return ended
        }
    }

    /// Milliseconds until the first deadline, rounded up; -1 without one.
    private func timeout(_ waits: [Wait]) -> Int32 {
        guard let first = waits.compactMap(\.deadline).min() else { return -1 }
        let left = ContinuousClock.now.duration(to: first).components
        guard left.seconds >= 0, left.attoseconds >= 0 else { return 0 }
        guard left.seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(left.seconds) * 1000 + Int32(left.attoseconds / 1_000_000_000_000_000) + 1
    }
}

/// For tasks that are to stay on the thread: in others, a continuation goes on by way of the global pool.
final class PollingTaskExecutor: TaskExecutor {
    private let thread: PollingThread

    init(_ thread: PollingThread) { self.thread = thread }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (serial, task) = (thread.asUnownedSerialExecutor(), asUnownedTaskExecutor())
        thread.perform { job.runSynchronously(isolatedTo: serial, taskExecutor: task) }
    }
}
