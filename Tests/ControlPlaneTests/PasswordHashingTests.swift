import Argon2
import ControlPlane
import Runtime
import Testing

@Suite("Password hashing") struct PasswordHashingTests {
    @EventLoopActor
    static func make(queue: Int, passes: UInt32 = 1) -> PasswordHashing {
        var configuration = Configuration(hostname: "mail.example", loginThreads: 1)
        (configuration.argon2Memory, configuration.argon2Passes, configuration.loginQueue) = (16_384, passes, queue)
        return PasswordHashing(configuration)
    }

    /// So many that all stand in line before the first is done.
    private static let slow: UInt32 = 40

    @EventLoopActor final class Order { var names: [String] = [] }

    @Test("Who is known goes before strangers that wait already") @EventLoopActor func urgent() async throws {
        let hashing = Self.make(queue: 10, passes: Self.slow), order = Order()
        let hash = try await hashing.hash("secret", for: .tenant(1))
        var tasks: [Task<Bool, any Error>] = []
        for name in ["first", "stranger", "another stranger", "known", "known too"] {
            tasks.append(
                Task {
                    let isRight = try await hashing.verify(hash, password: "secret", for: .tenant(1), isUrgent: name.hasPrefix("known"))
                    order.names.append(name)
                    return isRight
                })
        }
        for task in tasks { #expect(try await task.value) }
        #expect(order.names == ["first", "known", "known too", "stranger", "another stranger"])
    }

    @Test("No login waits behind passwords that are set, however many, and these have a turn in four") @EventLoopActor
    func changes() async throws {
        let hashing = Self.make(queue: 10, passes: Self.slow), order = Order()
        let hash = try await hashing.hash("secret", for: .tenant(1))
        var tasks: [Task<Void, any Error>] = []
        for name in ["set 1", "set 2", "set 3", "set 4", "stranger 1", "stranger 2", "known 1", "known 2", "known 3"] {
            tasks.append(
                Task {
                    if name.hasPrefix("set") { _ = try await hashing.hash(name, for: .tenant(1)) } else {
                        _ = try await hashing.verify(hash, password: "secret", for: .tenant(1), isUrgent: name.hasPrefix("known"))
                    }
                    order.names.append(name)
                })
        }
        for task in tasks { try await task.value }
        let logins = order.names.filter { !$0.hasPrefix("set") }, sets = order.names.filter { $0.hasPrefix("set") }
        #expect(logins == ["known 1", "known 2", "known 3", "stranger 1", "stranger 2"] && sets == ["set 1", "set 2", "set 3", "set 4"])
        #expect(order.names.firstIndex(of: "set 3").map { $0 > 6 } == true, "\(order.names)")
    }

    @Test("Passwords that are set fill no line for logins") @EventLoopActor func full() async throws {
        let hashing = Self.make(queue: 2, passes: Self.slow)
        let hash = try await hashing.hash("secret", for: .tenant(1))
        var changes: [Task<String?, Never>] = []
        for number in 0..<6 { changes.append(Task { try? await hashing.hash("\(number)", for: .tenant(1)) }) }
        let known = Task { try await hashing.verify(hash, password: "secret", for: .tenant(1), isUrgent: true) }
        #expect(try await known.value)
        var refused = 0
        for change in changes where await change.value == nil { refused += 1 }
        #expect(refused == 3)
    }

    @Test("A login waits behind one of a tenant that floods, not behind all, and has room in a full line", arguments: [true, false])
    @EventLoopActor func fair(isUrgent: Bool) async throws {
        let hashing = Self.make(queue: 6, passes: Self.slow), order = Order()
        let hash = try await hashing.hash("secret", for: .tenant(1))
        var tasks: [Task<Void, Never>] = []
        for name in ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "b1", "b2"] {
            tasks.append(
                Task {
                    let party = HashingParty.tenant(name.hasPrefix("a") ? 1 : 2)
                    do {
                        _ = try await hashing.verify(hash, password: "secret", for: party, isUrgent: isUrgent)
                        order.names.append(name)
                    } catch { order.names.append("no \(name)") }
                })
        }
        for task in tasks { await task.value }
        #expect(order.names.filter { !$0.hasPrefix("no") } == ["a0", "a1", "b1", "a2", "b2", "a3", "a4"])
        #expect(Set(order.names.filter { $0.hasPrefix("no") }) == ["no a5", "no a6"])
    }

    @Test("A password is found among several hashes, also more than may wait") @EventLoopActor func among() async throws {
        let hashing = Self.make(queue: 2)
        let hashes = try await hashing.hashes(of: (0..<6).map { "password \($0)" }, for: .tenant(1))
        #expect(try await hashing.matchesAny(of: hashes, password: "password 0", for: .tenant(1)))
        #expect(try await hashing.matchesAny(of: hashes, password: "password 5", for: .tenant(1)))
        #expect(try await !hashing.matchesAny(of: hashes, password: "password 6", for: .tenant(1)))
        #expect(try await !hashing.matchesAny(of: [], password: "password 6", for: .tenant(1)))
    }

    @Test("Strangers that fill the queue leave room for who is known") @EventLoopActor func room() async throws {
        let hashing = Self.make(queue: 2, passes: Self.slow)
        let hash = try await hashing.hash("secret", for: .tenant(1))
        var strangers: [Task<Bool?, Never>] = []
        for _ in 0..<5 { strangers.append(Task { try? await hashing.verify(hash, password: "secret", for: .tenant(1), isUrgent: false) }) }
        let known = Task { try await hashing.verify(hash, password: "secret", for: .tenant(1), isUrgent: true) }
        #expect(try await known.value)
        var outcomes: [Bool?] = []
        for stranger in strangers { outcomes.append(await stranger.value) }
        #expect(outcomes.filter { $0 == true }.count == 3)
    }
}

@Suite("Hashes of other mail systems") struct ForeignHashTests {
    static let sha512 = "$6$saltstring$.r0X7ub5wGR2v4Xz7svCIozfnlorFh19V89t8KC9Umd81uGhFgsyTRNyzQDXDIm17fFcR9z3z7oBNdsyYBbtm/"
    static let bcrypt = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.WrAwgFxicHZ3kL7zMvXYXHKosDn8ot2"
    static let hashes = [
        "{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0", "{SSHA256}YflVcOMs6k7tbGkQbQNVn6/ehAnUAVltiLPKHBWGi2tzYWx0c2FsdA==",
        "{SSHA512}50rsRNBf8j3I5xE+QwaHdFyMhOzITssZ8BB3UxwQ+SI1JKygYm6ZeRYTDuUyFZIIqDonoTuXwB0Z/MAPhgQCFHNhbHRzYWx0",
        "{PBKDF2}$1$saltsalt$5000$eea55bb73edfcebda120ce88c5bec0d56f6053e6", sha512, "{CRYPT}\(sha512)", "{SHA512-CRYPT}\(sha512)", bcrypt,
        "{BLF-CRYPT}\(bcrypt)",
    ]
    @Test("Each verifies its own password and no other", arguments: hashes) @EventLoopActor func verify(hash: String) async throws {
        let hashing = PasswordHashingTests.make(queue: 10)
        #expect(try await hashing.verify(hash, password: "correct horse", for: .tenant(1), isUrgent: true))
        for wrong in ["correct horse ", "", "correct horse\0", String(repeating: "x", count: 2_000)] {
            #expect(try await !hashing.verify(hash, password: wrong, for: .tenant(1), isUrgent: true))
        }
    }

    @Test("Argon2id in braces is the same as by itself") @EventLoopActor func argon2() async throws {
        let hashing = PasswordHashingTests.make(queue: 10), hash = try await hashing.hash("correct horse", for: .tenant(1))
        #expect(try await hashing.verify("{ARGON2ID}\(hash)", password: "correct horse", for: .tenant(1), isUrgent: true))
        #expect(try await !hashing.verify("{ARGON2ID}\(hash)", password: "correct", for: .tenant(1), isUrgent: true))
    }

    @Test("Many passwords are hashed in their order, also more than may wait") @EventLoopActor func many() async throws {
        let hashing = PasswordHashingTests.make(queue: 2), passwords = (0..<7).map { "password \($0)" }
        for (password, hash) in zip(passwords, try await hashing.hashes(of: passwords, for: .tenant(1))) {
            #expect(try await hashing.verify(hash, password: password, for: .tenant(1), isUrgent: true))
        }
    }

    @Test("What costs more than anything before is news, ours is not") func costs() {
        let policy = Argon2.Parameters(memory: 64, passes: 1)
        var costs = ForeignCosts()
        let cheap = Self.bcrypt.replacing("$05$", with: "$04$")
        let found = costs.news(in: [cheap, Self.bcrypt, cheap, Self.sha512, "$argon2id$v=19$m=64,t=1,p=1$a$b", "nonsense"], policy: policy)
        #expect(Set(found.map(\.hash)) == [Self.bcrypt, Self.sha512])
        for cost in found { costs.add(cost) }
        #expect(costs.news(in: [cheap, Self.bcrypt, "{CRYPT}\(Self.sha512)"], policy: policy).isEmpty)
        #expect(costs.news(in: [Self.bcrypt.replacing("$05$", with: "$06$")], policy: policy).count == 1)
    }
}

@Suite("Times of refusals") struct RefusalTimesTests {
    @Test("A time is one of the last 64 that were seen") func recent() {
        var times = RefusalTimes(first: .seconds(7))
        #expect(times.one() == .seconds(7))
        for number in 1...100 { times.add(.milliseconds(number)) }
        for _ in 0..<1_000 { #expect((.milliseconds(37)...(.milliseconds(100))).contains(times.one())) }
    }

    @Test("No time is shorter than the most expensive hash takes, and a quarter more") func least() {
        var times = RefusalTimes(first: .milliseconds(20))
        times.raise(to: .milliseconds(400))
        times.raise(to: .milliseconds(100))
        #expect(times.least == .milliseconds(500) && times.one() == .milliseconds(500))
        times.raise(to: .seconds(60))
        #expect(times.least == .seconds(5))
        times.add(.seconds(7))
        for _ in 0..<100 { #expect([.seconds(5), .seconds(7)].contains(times.one())) }
    }
}
