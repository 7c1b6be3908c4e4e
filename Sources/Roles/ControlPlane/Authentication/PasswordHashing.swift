import Argon2
import Cracklib
import Cryptography
import Dispatch
import Runtime

/// Hashes of passwords (Argon2id, and what users bring from other mail systems) on a bounded number of threads: a storm of logins queues
/// up to a limit, and takes neither all cores nor all memory.
@EventLoopActor
package final class PasswordHashing {
    package enum Failure: Error { case queueFull }

    /// What is worked for. People whom we know do not wait behind strangers who guess, and no login behind the many passwords that somebody
    /// sets: of four turns one is for those, and the others when nobody logs in.
    private enum Purpose { case familiarLogin, login, change }
    private static let turns = 4

    let parameters: Argon2.Parameters
    private let threads: Int
    /// Strangers' logins that may wait, and as many of people known.
    let queueLimit: Int
    private let pool = DispatchQueue(label: "casella.argon2", qos: .userInitiated, attributes: .concurrent)
    private var running = 0
    private var waiting = Line(), waitingUrgently = Line(), waitingChanges = Line()
    private var turnsTaken = 0
    /// Gives back the memory of hashes a while after the last one: 19 MiB a thread, which the next hash then fills anew (7 ms).
    private var release: Task<Void, Never>?

    /// Who waits for a thread, first come, first served.
    private struct Line {
        private var waiting: [CheckedContinuation<Void, Never>] = []
        private var first = 0
        var count: Int { waiting.count - first }

        mutating func append(_ one: CheckedContinuation<Void, Never>) { waiting.append(one) }

        mutating func next() -> CheckedContinuation<Void, Never>? {
            guard first < waiting.count else { return nil }
            defer {
                first += 1
                if first >= 1_024 || first == waiting.count {
                    waiting.removeFirst(first)
                    first = 0
                }
            }
            return waiting[first]
        }
    }

    package init(_ configuration: Configuration) {
        parameters = Argon2.Parameters(memory: configuration.argon2Memory, passes: configuration.argon2Passes)
        (threads, queueLimit) = (configuration.loginThreads, configuration.loginQueue)
    }

    /// Hashes that are being computed, and those of logins that wait for a thread.
    var runningCount: Int { running }
    var waitingCount: Int { waiting.count + waitingUrgently.count }

    /// True while another one may wait.
    var hasRoom: Bool { waiting.count < queueLimit }

    /// - Parameter isForLogin: whether a login waits for it.
    package func hash(_ password: String, isForLogin: Bool = false) async throws -> String {
        let salt = try Cryptography.randomBytes(16)
        let parameters = parameters
        return try await work(for: isForLogin ? .familiarLogin : .change) {
            try Argon2.hash(Array(password.utf8), salt: salt, parameters: parameters)
        }
    }

    /// Several, of which never more are in hand than there are threads.
    package func hashes(of passwords: [String]) async throws -> [String] {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            var hashes = [String](repeating: "", count: passwords.count)
            for (index, password) in passwords.enumerated() {
                if index >= threads, let (done, hash) = try await group.next() { hashes[done] = hash }
                group.addTask { (index, try await self.hash(password)) }
            }
            for try await (done, hash) in group { hashes[done] = hash }
            return hashes
        }
    }

    /// - Parameter isUrgent: goes before all that is not: people whom we know do not wait behind strangers who guess.
    package func verify(_ hash: String, password: String, isUrgent: Bool) async throws -> Bool {
        try await verify(hash, password, for: isUrgent ? .familiarLogin : .login)
    }

    private func verify(_ hash: String, _ password: String, for purpose: Purpose) async throws -> Bool {
        try await work(for: purpose) { try HashComparison.matches(hash, password: Array(password.utf8)) }
    }

    /// The same for who is logged in, and changes something.
    package func verifyForChange(_ hash: String, password: String) async throws -> Bool {
        try await verify(hash, password, for: .change)
    }

    /// True when one of the hashes is the password's. No more are in hand than there are threads.
    package func matchesAny(of hashes: [String], password: String) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            var isFound = false
            for (index, hash) in hashes.enumerated() {
                if index >= threads, try await group.next() == true { isFound = true }
                group.addTask { try await self.verifyForChange(hash, password: password) }
            }
            for try await one in group where one { isFound = true }
            return isFound
        }
    }

    /// Why the password is easily guessed; nil when it is not.
    /// - Parameter shortest: how many characters it has to have.
    package func weakness(of password: String, shortest: Int) async throws -> CommonPasswords.Weakness? {
        try await work(for: .change) { try CommonPasswords.weakness(of: password, shortest: shortest) }
    }

    /// How long comparisons with these hashes take, one after the other, once it is their turn.
    func duration(of hashes: [String]) async throws -> Duration {
        try await work(for: .change) {
            try ContinuousClock().measure { for hash in hashes { _ = try HashComparison.matches(hash, password: []) } }
        }
    }

    private func work<Value: Sendable>(for purpose: Purpose, _ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        if running < threads {
            running += 1
            release?.cancel()
        } else {
            try await turn(of: purpose)
        }
        defer { finishOne() }
        return try await withCheckedThrowingContinuation { continuation in
            pool.async { continuation.resume(with: Result(catching: body)) }
        }
    }

    private func turn(of purpose: Purpose) async throws(Failure) {
        let count =
            switch purpose {
            case .familiarLogin: waitingUrgently.count
            case .login: waiting.count
            case .change: waitingChanges.count
            }
        guard count < queueLimit else { throw Failure.queueFull }
        await withCheckedContinuation { continuation in
            switch purpose {
            case .familiarLogin: waitingUrgently.append(continuation)
            case .login: waiting.append(continuation)
            case .change: waitingChanges.append(continuation)
            }
        }
    }

    /// Whoever finishes hands over its place.
    private func finishOne() {
        turnsTaken = (turnsTaken + 1) % Self.turns
        let change = turnsTaken == 0 ? waitingChanges.next() : nil
        if let next = change ?? waitingUrgently.next() ?? waiting.next() ?? waitingChanges.next() { return next.resume() }
        running -= 1
        guard running == 0 else { return }
        release = Task { [pool] in
            try? await Task.sleep(for: .seconds(5))
            if !Task.isCancelled { pool.async { Argon2.releaseMemory() } }  // milliseconds
        }
    }
}
