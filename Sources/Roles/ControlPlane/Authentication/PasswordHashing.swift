import Argon2
import Cryptography
import Dispatch
import Runtime

/// Argon2id on a bounded number of threads: a storm of logins queues up to a limit, and takes neither all cores nor all memory.
@EventLoopActor
final class PasswordHashing {
    enum Failure: Error { case queueFull }

    let parameters: Argon2.Parameters
    private let threads: Int
    private let queueLimit: Int
    private let pool = DispatchQueue(label: "casella.argon2", qos: .userInitiated, attributes: .concurrent)
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var waitingFrom = 0

    init(_ configuration: Configuration) {
        parameters = Argon2.Parameters(
            memory: configuration.argon2Memory, passes: configuration.argon2Passes, lanes: configuration.argon2Lanes)
        (threads, queueLimit) = (configuration.loginThreads, configuration.loginQueue)
    }

    func hash(_ password: String) async throws -> String {
        let salt = try Cryptography.randomBytes(16)
        let parameters = parameters
        return try await work { try Argon2.hash(Array(password.utf8), salt: salt, parameters: parameters) }
    }

    func verify(_ hash: String, password: String) async throws -> Bool {
        try await work { try Argon2.verify(hash, password: Array(password.utf8)) }
    }

    private func work<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        if running < threads {
            running += 1
        } else {
            guard waiting.count - waitingFrom < queueLimit else { throw Failure.queueFull }
            await withCheckedContinuation { waiting.append($0) }  // whoever finishes hands over its place
        }
        defer { finishOne() }
        return try await withCheckedThrowingContinuation { continuation in
            pool.async { continuation.resume(with: Result(catching: body)) }
        }
    }

    private func finishOne() {
        guard waitingFrom < waiting.count else {
            running -= 1
            return
        }
        let next = waiting[waitingFrom]
        waitingFrom += 1
        if waitingFrom == waiting.count {
            waiting = []
            waitingFrom = 0
        } else if waitingFrom >= 1_024 {
            waiting.removeFirst(waitingFrom)
            waitingFrom = 0
        }
        next.resume()
    }
}
