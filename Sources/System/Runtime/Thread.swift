import CProcess
import Glibc

/// A thread of its own for work that blocks.
public enum Thread {
    /// Starts a thread that runs `body` once. `name`: at most 15 octets, shown by ps and top.
    public static func detach(named name: String, _ body: @escaping @Sendable () -> Void) {
        final class Start: Sendable {
            let name: String
            let body: @Sendable () -> Void
            init(name: String, body: @escaping @Sendable () -> Void) {
                self.name = name
                self.body = body
            }
        }
        let argument = Unmanaged.passRetained(Start(name: name, body: body)).toOpaque()
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                casella_name_thread(start.name)
                start.body()
                return nil
            }, argument)
        precondition(result == 0, "the system has no thread left")
        pthread_detach(thread)
    }
}

/// A counting semaphore (POSIX).
final class Semaphore: Sendable {
    // Allocated once, freed at the end, and only used through the thread-safe functions of POSIX.
    private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0 {} }
}
