import ControlPlane
import Testing

@Suite("Login throttle") struct LoginThrottleTests {
    static let start = ContinuousClock.now
    static let office = ClientOrigin("192.0.2.1"), elsewhere = ClientOrigin("198.51.100.7")

    /// A throttle and its clock. Every wrong login is a new guess unless it is said which.
    struct Bench {
        var throttle = LoginThrottle()
        var now = LoginThrottleTests.start
        var guesses: UInt64 = 0

        enum Seen: Equatable { case tried(after: Duration), refused(after: Duration), waiting }

        mutating func attempt(
            _ account: String = "ann", from origin: ClientOrigin, _ result: LoginThrottle.Result = .wrong, guess: UInt64? = nil
        ) -> Seen {
            guesses += 1
            switch throttle.admit(account, from: origin, guess: guess ?? guesses, now: now) {
            case .wait: return .waiting
            case .refuse(let delay): return .refused(after: delay)
            case .tryAfter(let delay, let ticket):
                _ = throttle.finish(ticket, result, now: now)
                return .tried(after: delay)
            }
        }

        /// Wrong logins, each from a network of its own.
        mutating func attack(_ account: String = "ann", times: Int, firstNetwork: Int = 0) {
            for number in firstNetwork..<(firstNetwork + times) {
                _ = attempt(account, from: ClientOrigin("10.\(number / 256).\(number % 256).1"))
            }
        }
    }

    @Test("Three wrong logins cost nothing, then each is slower, the eleventh is refused untried") func onePlace() {
        var bench = Bench()
        let delays = (0..<10).map { _ in bench.attempt(from: Self.office) }
        #expect(
            delays
                == [0, 0, 0, 0, 250, 500, 1_000, 2_000, 4_000, 5_000].map { .tried(after: .milliseconds($0)) })
        #expect(bench.attempt(from: Self.office) == .refused(after: .seconds(5)))
        #expect(bench.attempt(from: Self.office, .right) == .refused(after: .seconds(5)), "the right password too")
        #expect(bench.attempt(from: Self.elsewhere) == .tried(after: .zero), "others are not concerned")
    }

    @Test("An account under another name stays familiar where it was, and nobody else is under the old one") func renamed() {
        var bench = Bench()
        #expect(bench.attempt(from: Self.office, .right) == .tried(after: .zero))
        for _ in 0..<10 { _ = bench.attempt(from: Self.elsewhere) }
        bench.throttle.rename("ann", to: "anna")
        bench.attack("anna", times: 100)
        #expect(bench.attempt("anna", from: Self.elsewhere, .right) == .refused(after: .zero), "closed to strangers")
        #expect(bench.attempt("anna", from: Self.office, .right) == .tried(after: .zero))
        bench.attack("ann", times: 100)
        #expect(bench.attempt("ann", from: Self.office, .right) == .refused(after: .zero))
    }

    @Test("With a domain all its accounts are forgotten, one-time passwords too, and none of another domain's") func domainGone() {
        var bench = Bench()
        let gone = ["ann@acme.example", "one-time-password:ann@acme.example"], kept = ["ann@sub.acme.example", "ann@acme.example.test"]
        for account in gone + kept { #expect(bench.attempt(account, from: Self.office, .right) == .tried(after: .zero)) }
        for _ in 0..<10 { _ = bench.attempt(gone[0], from: Self.elsewhere) }
        bench.throttle.forget(domain: "acme.example")
        #expect(bench.attempt(gone[0], from: Self.elsewhere) == .tried(after: .zero))
        for account in gone + kept { bench.attack(account, times: 100) }
        for account in gone { #expect(bench.attempt(account, from: Self.office, .right) == .refused(after: .zero)) }
        for account in kept { #expect(bench.attempt(account, from: Self.office, .right) == .tried(after: .zero)) }
    }

    @Test("A count drains evenly: after six minutes one more is tried, after an hour all is forgotten") func draining() {
        var bench = Bench()
        for _ in 0..<10 { _ = bench.attempt(from: Self.office) }
        bench.now += .seconds(359)
        #expect(bench.attempt(from: Self.office) == .refused(after: .seconds(5)))
        bench.now += .seconds(2)
        #expect(bench.attempt(from: Self.office) == .tried(after: .seconds(5)))
        #expect(bench.attempt(from: Self.office) == .refused(after: .seconds(5)))
        bench.now += .seconds(3_600)
        #expect(bench.attempt(from: Self.office) == .tried(after: .zero))
    }

    @Test("What is refused untried does not renew the lock") func noRenewal() {
        var bench = Bench()
        for _ in 0..<10 { _ = bench.attempt(from: Self.office) }
        for _ in 0..<35 {
            bench.now += .seconds(10)
            #expect(bench.attempt(from: Self.office) == .refused(after: .seconds(5)))
        }
        bench.now += .seconds(11)
        #expect(bench.attempt(from: Self.office) == .tried(after: .seconds(5)))
    }

    @Test("A right login forgives the place at this account") func forgiven() {
        var bench = Bench()
        for _ in 0..<8 { _ = bench.attempt(from: Self.office) }
        #expect(bench.attempt(from: Self.office, .right) == .tried(after: .seconds(4)))
        #expect(bench.attempt(from: Self.office) == .tried(after: .zero))
    }

    @Test("Many places close the account to strangers, and not to its owner") func manyPlaces() {
        var bench = Bench()
        _ = bench.attempt(from: Self.office, .right)
        bench.attack(times: 100)
        #expect(bench.attempt(from: Self.elsewhere, .right) == .refused(after: .zero), "not even with the right password")
        #expect(bench.attempt(from: Self.office, .right) == .tried(after: .zero))
        #expect(bench.attempt(from: ClientOrigin("192.0.2.77"), .right) == .tried(after: .zero), "from the owner's network")
        #expect(bench.attempt("bob", from: Self.elsewhere) == .tried(after: .zero), "another account is open")
        bench.attack(times: 100, firstNetwork: 100)
        #expect(bench.attempt(from: Self.office, .right) == .tried(after: .zero))
        bench.now += .seconds(37)
        #expect(bench.attempt(from: Self.elsewhere, .right) == .tried(after: .zero), "one of a hundred is forgotten")
    }

    @Test("One network alone cannot close an account to others") func oneNetwork() {
        var bench = Bench()
        for host in 1..<255 { _ = bench.attempt(from: ClientOrigin("203.0.113.\(host)")) }
        #expect(bench.attempt(from: Self.elsewhere) == .tried(after: .zero))
        for subnet in 0..<500 { _ = bench.attempt(from: ClientOrigin("2001:db8:1:\(String(subnet, radix: 16))::1")) }
        #expect(bench.attempt(from: Self.elsewhere) == .tried(after: .zero))
    }

    @Test("A closed account slows a stranger down as an open one does") func closedLooksOpen() {
        var open = Bench(), closed = Bench()
        closed.attack(times: 100)
        for _ in 0..<12 {
            let (atOpen, atClosed) = (open.attempt(from: Self.elsewhere), closed.attempt(from: Self.elsewhere))
            switch (atOpen, atClosed) {
            case (.tried(let one), .refused(let other)), (.refused(let one), .refused(let other)): #expect(one == other)
            default: Issue.record("\(atOpen), \(atClosed)")
            }
        }
    }

    @Test("Many accounts from one address: slower after ten, refused after thirty, but not where it is known") func manyAccounts() {
        var bench = Bench()
        _ = bench.attempt(from: Self.office, .right)
        var delays: [Bench.Seen] = []
        for number in 0..<30 { delays.append(bench.attempt("user\(number)", from: Self.office)) }
        #expect(delays[..<11].allSatisfy { $0 == .tried(after: .zero) })
        #expect(delays[11] == .tried(after: .milliseconds(250)))
        #expect(delays.last == .tried(after: .seconds(5)))
        #expect(bench.attempt("user99", from: Self.office, .right) == .refused(after: .seconds(5)))
        #expect(bench.attempt(from: Self.office, .right) == .tried(after: .zero), "a colleague of the guesser")
        #expect(bench.attempt("user99", from: Self.elsewhere, .right) == .tried(after: .zero))
    }

    @Test("Who moves about in an IPv6 network of 48 bits is stopped all the same") func movingAbout() {
        var bench = Bench()
        let seen = (0..<301).map { bench.attempt("user\($0)", from: ClientOrigin("2001:db8:7:\(String($0, radix: 16))::1")) }
        #expect(seen[299] == .tried(after: .zero))
        #expect(seen[300] == .refused(after: .zero))
    }

    @Test("A right login at one account buys no guesses at others") func noPurchase() {
        var bench = Bench()
        for number in 0..<30 {
            _ = bench.attempt("user\(number)", from: Self.elsewhere)
            _ = bench.attempt("mallory", from: Self.elsewhere, .right)
        }
        #expect(bench.attempt("user30", from: Self.elsewhere) == .refused(after: .seconds(5)))
    }

    @Test("A forgotten device with an old password does not lock its owner out") func sameGuess() {
        var bench = Bench()
        _ = bench.attempt(from: Self.office, .right)
        for _ in 0..<60 {
            _ = bench.attempt(from: Self.office, guess: 1)
            bench.now += .seconds(60)
        }
        #expect(bench.attempt(from: Self.office, .right) == .tried(after: .zero))
    }

    @Test("Guesses at the same time are not tried at the same time, and no more than are allowed") func parallel() {
        var throttle = LoginThrottle()
        var tickets: [LoginThrottle.Ticket] = []
        func admit(_ guess: UInt64) -> Bool {
            let verdict = throttle.admit("ann", from: Self.office, guess: guess, now: Self.start)
            guard case .tryAfter(_, let ticket) = verdict else { return false }
            tickets.append(ticket)
            return true
        }
        #expect((0..<1_000).filter { admit(UInt64($0)) }.count == LoginThrottle.triedAtOnce)
        var tried = 0
        while !tickets.isEmpty {
            _ = throttle.finish(tickets.removeFirst(), .wrong, now: Self.start)
            tried += 1
            for guess in 0..<10 { _ = admit(UInt64(1_000 * tried + guess)) }
        }
        #expect(tried == 10)
    }

    @Test("A login that could not be decided counts for nothing") func undecided() {
        var bench = Bench()
        for _ in 0..<50 { #expect(bench.attempt(from: Self.office, .undecided) == .tried(after: .zero)) }
    }

    @Test("An operator unlocks an account, an address, a network") func unlocking() {
        var bench = Bench()
        bench.attack(times: 100)
        #expect(bench.throttle.unlock("ann") > 0)
        #expect(bench.attempt(from: Self.elsewhere) == .tried(after: .zero))
        for number in 0..<30 { _ = bench.attempt("user\(number)", from: Self.office) }
        #expect(bench.throttle.unlock("192.0.2.1") > 0)
        #expect(bench.attempt("user30", from: Self.office) == .tried(after: .zero))
        for number in 0..<301 { _ = bench.attempt("user\(number)", from: ClientOrigin("2001:db8:7:\(String(number, radix: 16))::1")) }
        #expect(bench.throttle.unlock("2001:db8:7::/48") > 0)
        #expect(bench.attempt("user30", from: ClientOrigin("2001:db8:7:ffff::1")) == .tried(after: .zero))
        #expect(bench.throttle.unlock("nobody") == 0)
    }

    @Test("What an operator would unlock is counted, and stays locked", arguments: ["ann", "192.0.2.1", "192.0.2.0/24", "nobody"])
    func wouldUnlock(name: String) {
        var bench = Bench()
        for _ in 0..<10 { _ = bench.attempt(from: Self.office) }
        let counted = bench.throttle.counts(of: name)
        #expect((counted > 0) == (name != "nobody"))
        #expect(bench.attempt(from: Self.office) == .refused(after: .seconds(5)), "it is locked still")
        #expect(bench.throttle.unlock(name) == counted)
        #expect(bench.throttle.counts(of: name) == 0)
    }

    @Test("With another password the account is open, and who knew the old one is a stranger") func anotherPassword() {
        var bench = Bench()
        _ = bench.attempt(from: Self.office, .right)
        bench.attack(times: 100)
        bench.throttle.forget(account: "ann")
        #expect(bench.attempt(from: Self.elsewhere) == .tried(after: .zero))
        bench.attack(times: 100)
        #expect(bench.attempt(from: Self.office) == .refused(after: .zero))
    }

    @Test("What is locked is shown with its reason and its end") func shown() throws {
        var bench = Bench()
        for _ in 0..<10 { _ = bench.attempt(from: Self.office) }
        let first = try #require(bench.throttle.all(now: bench.now).first)
        #expect(first.subject == .stranger(account: "ann", network: "192.0.2.0/24"))
        #expect(first.level == 10 && first.limit == 10)
        let rest = try #require(first.fullFor)
        #expect(rest > .seconds(359) && rest <= .seconds(360))
        #expect(bench.throttle.all(now: bench.now + .seconds(3_601)).isEmpty)
    }
}

@Suite("Counts of wrong logins") struct WrongLoginCountsTests {
    static let start = ContinuousClock.now

    @Test("The table is bounded, and a full count is not pushed out by emptier ones") func bounded() {
        var counts = WrongLoginCounts(WrongLoginLimits())
        let guesser = WrongLoginCounts.Subject.stranger(account: "ann", network: "192.0.2.0/24")
        for guess in 0..<10 { counts.add(guesser, guess: UInt64(guess), isRepeated: false, now: Self.start) }
        for number in 0..<(3 * WrongLoginCounts.capacity) {
            let now = Self.start + .milliseconds(number / 10)
            counts.add(.stranger(account: "\(number)", network: "n"), guess: 1, isRepeated: false, now: now)
            if number % 10_000 == 0 { #expect(counts.size <= WrongLoginCounts.capacity) }
        }
        #expect(counts.size <= WrongLoginCounts.capacity)
        #expect(counts.level(of: guesser, now: Self.start) == 10)
    }

    @Test("Right logins of one user take no other's room") func familiarNetworks() {
        var familiar = FamiliarNetworks()
        familiar.add("192.0.2.0/24", of: "ann", now: Self.start)
        for number in 0..<1_000 { familiar.add("network\(number)", of: "mallory", now: Self.start + .seconds(number)) }
        let now = Self.start + .seconds(1_000)
        #expect(familiar.contains("192.0.2.0/24", of: "ann", now: now))
        #expect((0..<1_000).filter { familiar.contains("network\($0)", of: "mallory", now: now) } == Array(984..<1_000))
        #expect(!familiar.contains("192.0.2.0/24", of: "ann", now: Self.start + FamiliarNetworks.memory))
    }
}

@Suite("Origins of logins") struct ClientOriginTests {
    static let origins: [(String, String, String)] = [
        ("192.0.2.77", "192.0.2.77", "192.0.2.0/24"), ("::ffff:192.0.2.77", "192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"), ("2001:DB8:1:2::", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"), ("::1", "::/64", "::/48"), ("local process 7", "local process 7", "local process 7"),
        ("", "", ""),
    ]
    @Test("An address is IPv4 or 64 bits of IPv6, a network 24 or 48 bits", arguments: origins)
    func origin(text: String, address: String, network: String) {
        let origin = ClientOrigin(text)
        #expect(origin.address == address && origin.network == network)
    }
}
