import ControlPlane
import Runtime
import Testing

@Suite("Password hashing") struct PasswordHashingTests {
    @EventLoopActor
    static func make(queue: Int) -> PasswordHashing {
        var configuration = Configuration(hostname: "mail.example", loginThreads: 1)
        // Long enough that all stand in line before the first is done.
        (configuration.argon2Memory, configuration.argon2Passes, configuration.loginQueue) = (16_384, 1, queue)
        return PasswordHashing(configuration)
    }

    @EventLoopActor final class Order { var names: [String] = [] }

    @Test("Who is known goes before strangers that wait already") @EventLoopActor func urgent() async throws {
        let hashing = Self.make(queue: 10), order = Order()
        let hash = try await hashing.hash("secret")
        var tasks: [Task<Bool, any Error>] = []
        for name in ["first", "stranger", "another stranger", "known", "known too"] {
            tasks.append(
                Task {
                    let isRight = try await hashing.verify(hash, password: "secret", isUrgent: name.hasPrefix("known"))
                    order.names.append(name)
                    return isRight
                })
        }
        for task in tasks { #expect(try await task.value) }
        #expect(order.names == ["first", "known", "known too", "stranger", "another stranger"])
    }

    @Test("Strangers that fill the queue leave room for who is known") @EventLoopActor func room() async throws {
        let hashing = Self.make(queue: 2)
        let hash = try await hashing.hash("secret")
        var strangers: [Task<Bool?, Never>] = []
        for _ in 0..<5 { strangers.append(Task { try? await hashing.verify(hash, password: "secret", isUrgent: false) }) }
        let known = Task { try await hashing.verify(hash, password: "secret", isUrgent: true) }
        #expect(try await known.value)
        var outcomes: [Bool?] = []
        for stranger in strangers { outcomes.append(await stranger.value) }
        #expect(outcomes.filter { $0 == true }.count == 3)
    }
}

@Suite("Times of refusals") struct RefusalTimesTests {
    @Test("A time is one of the last 64 that were seen") func recent() {
        var times = RefusalTimes(first: .seconds(7))
        #expect(times.one() == .seconds(7))
        for number in 1...100 { times.add(.milliseconds(number)) }
        for _ in 0..<1_000 { #expect((.milliseconds(37)...(.milliseconds(100))).contains(times.one())) }
    }
}
