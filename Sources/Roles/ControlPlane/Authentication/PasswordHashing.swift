import Argon2
import Cracklib
import Cryptography
import Dispatch
import Runtime

/// Hashes of passwords (Argon2id, and what users bring from other mail systems) on a bounded number of threads: a storm of logins queues
/// up to a limit, and takes neither all cores nor all memory. Tenants take turns, so that a storm of one is no wait for another.
@EventLoopActor
package final class PasswordHashing {
    package enum Failure: Error { case queueFull }

    /// What is worked for. People whom we know do not wait behind strangers who guess, and no login behind the many passwords that somebody
    /// sets: of eight turns two are for those, one is for strangers, and the others when nobody whom we know logs in.
    private enum Purpose { case familiarLogin, login, change }
    private static let turns = 8, turnsOfChanges = [4, 0], turnOfStrangers = 6

    let parameters: Argon2.Parameters
    private let threads: Int
    /// Strangers' logins that may wait, as many of people known, and as many passwords that are set.
    let queueLimit: Int
    private let pool = DispatchQueue(label: "casella.argon2", qos: .userInitiated, attributes: .concurrent)
    private var running = 0
    private let waiting: WaitingLine<HashingParty>, waitingUrgently: WaitingLine<HashingParty>, waitingChanges: WaitingLine<HashingParty>
    private var turnsTaken = 0
    /// Gives back the memory of hashes a while after the last one: 19 MiB a thread, which the next hash then fills anew (7 ms).
    private var release: Task<Void, Never>?

    package init(_ configuration: Configuration) {
        parameters = Argon2.Parameters(memory: configuration.argon2Memory, passes: configuration.argon2Passes)
        (threads, queueLimit) = (configuration.loginThreads, configuration.loginQueue)
        (waiting, waitingUrgently) = (WaitingLine(limit: queueLimit), WaitingLine(limit: queueLimit))
        waitingChanges = WaitingLine(limit: queueLimit)
    }

    /// Hashes that are being computed, and those of logins that wait for a thread.
    var runningCount: Int { running }
    var waitingCount: Int { waiting.count + waitingUrgently.count }

    /// True while another stranger's login at the party's accounts may wait.
    func hasRoom(for party: HashingParty) -> Bool { waiting.hasRoom(for: party) }

    /// - Parameter isForLogin: whether a login waits for it.
    package func hash(_ password: String, for party: HashingParty, isForLogin: Bool = false) async throws -> String {
        let salt = try Cryptography.randomBytes(16)
        let parameters = parameters
        return try await work(for: party, isForLogin ? .familiarLogin : .change) {
            try Argon2.hash(Array(password.utf8), salt: salt, parameters: parameters)
        }
    }

    /// Several, of which never more are in hand than there are threads.
    package func hashes(of passwords: [String], for party: HashingParty) async throws -> [String] {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            var hashes = [String](repeating: "", count: passwords.count)
            for (index, password) in passwords.enumerated() {
                if index >= threads, let (done, hash) = try await group.next() { hashes[done] = hash }
                group.addTask { (index, try await self.hash(password, for: party)) }
            }
            for try await (done, hash) in group { hashes[done] = hash }
            return hashes
        }
    }

    /// - Parameter isUrgent: goes before all that is not: people whom we know do not wait behind strangers who guess.
    package func verify(_ hash: String, password: String, for party: HashingParty, isUrgent: Bool) async throws -> Bool {
        try await verify(hash, password, for: party, isUrgent ? .familiarLogin : .login)
    }

    private func verify(_ hash: String, _ password: String, for party: HashingParty, _ purpose: Purpose) async throws -> Bool {
        try await work(for: party, purpose) { try HashComparison.matches(hash, password: Array(password.utf8)) }
    }

    /// The same for who is logged in, and changes something.
    package func verifyForChange(_ hash: String, password: String, for party: HashingParty) async throws -> Bool {
        try await verify(hash, password, for: party, .change)
    }

    /// True when one of the hashes is the password's. No more are in hand than there are threads.
    package func matchesAny(of hashes: [String], password: String, for party: HashingParty) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            var isFound = false
            for (index, hash) in hashes.enumerated() {
                if index >= threads, try await group.next() == true { isFound = true }
                group.addTask { try await self.verifyForChange(hash, password: password, for: party) }
            }
            for try await one in group where one { isFound = true }
            return isFound
        }
    }

    /// Why the password is easily guessed; nil when it is not.
    /// - Parameter shortest: how many characters it has to have.
    package func weakness(of password: String, shortest: Int, for party: HashingParty) async throws -> CommonPasswords.Weakness? {
        try await work(for: party, .change) { try CommonPasswords.weakness(of: password, shortest: shortest) }
    }

    /// How long comparisons with these hashes take, one after the other, once it is their turn.
    func duration(of hashes: [String]) async throws -> Duration {
        try await work(for: .platform, .change) {
            try ContinuousClock().measure { for hash in hashes { _ = try HashComparison.matches(hash, password: []) } }
        }
    }

    private func work<Value: Sendable>(
        for party: HashingParty, _ purpose: Purpose, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        if running < threads {
            running += 1
            release?.cancel()
        } else {
            do { try await line(of: purpose).wait(for: party) } catch is WaitingLine<HashingParty>.Full { throw Failure.queueFull }
        }
        defer { finishOne() }
        return try await withCheckedThrowingContinuation { continuation in
            pool.async { continuation.resume(with: Result(catching: body)) }
        }
    }

    private func line(of purpose: Purpose) -> WaitingLine<HashingParty> {
        switch purpose {
        case .familiarLogin: waitingUrgently
        case .login: waiting
        case .change: waitingChanges
        }
    }

    /// Whoever finishes hands over its place.
    private func finishOne() {
        turnsTaken = (turnsTaken + 1) % Self.turns
        if Self.turnsOfChanges.contains(turnsTaken), waitingChanges.resumeNext() { return }
        if turnsTaken == Self.turnOfStrangers, waiting.resumeNext() { return }
        if waitingUrgently.resumeNext() || waiting.resumeNext() || waitingChanges.resumeNext() { return }
        running -= 1
        guard running == 0 else { return }
        release = Task { [pool] in
            try? await Task.sleep(for: .seconds(5))
            if !Task.isCancelled { pool.async { Argon2.releaseMemory() } }  // milliseconds
        }
    }
}
