import Glibc

/// An executor with one thread of its own, for actors whose calls block on the disk. The thread starts with the first job
/// and ends when the executor is released.
package final class DedicatedThread: SerialExecutor {
    private let queue = JobQueue()

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.append(UnownedJob(job), on: asUnownedSerialExecutor())
    }

    /// Runs `work` on the thread, behind what was given to it before.
    package func perform(_ work: @escaping @Sendable () -> Void) { queue.append(work) }

    package func checkIsolated() { precondition(queue.isCurrentThread, "not on the thread of this actor") }

    deinit { queue.finish() }
}

/// The jobs that wait for the thread.
///
/// `@unchecked Sendable`: `jobs`, `isFinished`, `isStarted` and `thread` are only touched between lock and unlock of `mutex`; the
/// pointers never change and are freed when the last owner (executor or thread) lets go.
private final class JobQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [() -> Void] = []
    private var thread = pthread_t()
    private var isFinished = false
    private var isStarted = false

    init() {
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(condition)
        mutex.deallocate()
        condition.deallocate()
    }

    func append(_ job: UnownedJob, on executor: UnownedSerialExecutor) { append { job.runSynchronously(on: executor) } }

    func append(_ work: @escaping @Sendable () -> Void) {
        // What it waits for done, the owner may let go of this before the thread is woken.
        let kept = Unmanaged.passRetained(self)
        defer { kept.release() }
        pthread_mutex_lock(mutex)
        jobs.append(work)
        if !isStarted {
            isStarted = true
            start()
        }
        pthread_mutex_unlock(mutex)
        // Only now: woken before, the thread would find the lock held and sleep once more.
        pthread_cond_signal(condition)
    }

    var isCurrentThread: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return isStarted && pthread_equal(thread, pthread_self()) != 0
    }

    func finish() {
        pthread_mutex_lock(mutex)
        isFinished = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    private func start() {
        let argument = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(&thread, nil, { argument in
            guard let argument else { return nil }
            Unmanaged<JobQueue>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        }, argument)
        // Without its thread no job would ever run and every caller would wait for ever.
        guard code == 0 else { fatalError("pthread_create: \(systemMessage(code))") }
        pthread_detach(thread)
    }

    private func run() {
        while let batch = next() {
            for work in batch { work() }
        }
    }

    /// Waits for jobs; nil when the executor is gone.
    private func next() -> [() -> Void]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while jobs.isEmpty {
            if isFinished { return nil }
            pthread_cond_wait(condition, mutex)
        }
        let batch = jobs
        jobs = []
        return batch
    }
}
