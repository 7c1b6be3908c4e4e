import MailStore
import Postgres
import Runtime
import TestSupport
import Testing

/// Who gets the mail is a question of who leads to whom, however they are called and in whatever order their targets stand.
@EventLoopActor
@Suite("Aliases, groups and forwards: whom they lead to") struct ExpansionTests {
    /// What stands at an address; targets are numbers of others, and those from `count` on are outside.
    private enum Kind { case user, copying, passing, alias, group(String) }
    private struct Company {
        static let count = 9, outside = 1
        var kinds: [Kind] = []
        var targets: [[Int]] = []

        /// Few enough links that circles, dead ends and ways of different length all come about.
        init(_ numbers: inout SeededNumbers) {
            for _ in 0..<Self.count {
                let kinds: [Kind] = [
                    .user, .copying, .passing, .passing, .passing, .passing, .alias, .group("anyone"), .group("owners"),
                ]
                self.kinds.append(kinds.randomElement(using: &numbers) ?? .user)
                let all = Array(0..<Self.count + Self.outside).shuffled(using: &numbers)
                targets.append(Array(all.prefix(Int.random(in: 1...2, using: &numbers))))
            }
        }

        /// Everybody whom an address leads to and who keeps mail, and all that is outside: by the rules alone, without any search's order.
        func keepers(behind beginning: Int) -> Set<Int> {
            var reached: Set<Int> = [], queue = [beginning]
            while let number = queue.popLast() {
                guard reached.insert(number).inserted, number < Self.count else { continue }
                if case .user = kinds[number] { continue }
                queue += targets[number]
            }
            return reached.filter { number in
                guard number < Self.count else { return true }
                return switch kinds[number] {
                case .user, .copying: true
                case .passing, .alias, .group: false
                }
            }
        }
    }

    /// The same company under other names: what stands at a number has the letters that the number gets here.
    private struct Names {
        let tenant: TestTenant
        let order: [Int]
        let mark: String

        func name(_ number: Int) -> String { "\(mark)\(order[number])" }
        func address(_ number: Int) -> String { "\(name(number))@\(number < Company.count ? tenant.domainName : "far.example")" }
        func number(_ address: String) -> Int { (0..<order.count).first { self.address($0) == address } ?? -1 }

        @EventLoopActor func make(_ company: Company, _ numbers: inout SeededNumbers) async throws {
            for (number, kind) in company.kinds.enumerated() {
                let targets = company.targets[number].map(address).shuffled(using: &numbers)
                switch kind {
                case .user: _ = try await tenant.user(name(number))
                case .copying, .passing:
                    let copy = if case .copying = kind { true } else { false }
                    try await tenant.forward(try await tenant.user(name(number)), to: targets, copy: copy)
                case .alias: for target in targets { try await tenant.alias(name(number), to: target) }
                case .group(let posting): try await tenant.group(name(number), posting: posting, members: targets)
                }
            }
        }
    }

    /// What can be said of a resolution without names and order.
    private struct Outcome: Equatable {
        var users: Set<Int> = [], external: Set<Int> = [], groups: Set<Int> = [], closed: Set<Int> = [], forwarding: Set<Int> = []
        var isBarred = false, other = ""
    }

    private func outcome(_ resolution: Resolution, _ names: Names) -> Outcome {
        var outcome = Outcome()
        guard case .targets(let targets) = resolution else {
            outcome.other = "\(resolution)"
            return outcome
        }
        outcome.users = Set(targets.users.map { names.number($0.user.address) })
        outcome.external = Set(targets.external.map(names.number))
        #expect(outcome.users.count == targets.users.count && outcome.external.count == targets.external.count, "each once")
        outcome.groups = Set(targets.groups.map { names.number($0.address) })
        outcome.closed = Set(targets.closed.map { names.number($0.address) })
        outcome.forwarding = Set(targets.forwards.filter { !$0.leadsNowhere }.map { names.number($0.user.address) })
        outcome.isBarred = targets.isBarred
        return outcome
    }

    @Test("Names and order change nothing, each who keeps mail has one copy, and no mail is lost", .timeLimit(.minutes(5)))
    func orders() async throws {
        var numbers = SeededNumbers(state: 20_261_130)
        let tenant = try await TestTenant.make()
        var made: [(Company, [Names])] = []
        for round in 0..<40 {
            let company = Company(&numbers)
            var names: [Names] = []
            for letter in ["a", "b", "c"] {
                let order = Array(0..<Company.count + Company.outside).shuffled(using: &numbers)
                names.append(Names(tenant: tenant, order: order, mark: "\(letter)\(round)-"))
                try await names.last?.make(company, &numbers)
            }
            made.append((company, names))
        }
        let companies = made
        let (circles, closed) = try await tenant.withStore { store async throws -> (Int, Int) in
            var circles = 0, closed = 0
            for (company, names) in companies {
                for number in 0..<Company.count {
                    var found: [Outcome] = [], fromOutside: [Outcome] = []
                    for names in names {
                        let (name, domain) = (names.name(number), tenant.domainName)
                        found.append(outcome(try await store.resolve(localPart: name, domain: domain), names))
                        fromOutside.append(outcome(try await store.resolve(localPart: name, domain: domain, from: nil), names))
                    }
                    #expect(Set(found.map(\.other)).count == 1 && found.allSatisfy { $0 == found[0] }, "\(company) \(number)")
                    #expect(fromOutside.allSatisfy { $0 == fromOutside[0] }, "\(company) \(number)")
                    let keepers = company.keepers(behind: number)
                    let all = found[0].users.union(found[0].external)
                    #expect(keepers.isSubset(of: all), "\(company) \(number)")
                    // Who wants no copy keeps one only where nobody else is there to have it.
                    if all != keepers { circles += 1 }
                    for keeper in all.subtracting(keepers) {
                        #expect(company.keepers(behind: keeper).isEmpty, "\(company) \(number)")
                    }
                    if !fromOutside[0].closed.isEmpty { closed += 1 }
                    let left = fromOutside[0].users.union(fromOutside[0].external)
                    if found[0].other.isEmpty { #expect(!left.isEmpty, "\(company) \(number)") }
                }
            }
            return (circles, closed)
        }
        #expect(circles > 10 && closed > 10, "there is something to see: \(circles), \(closed)")
    }

    @Test("The shorter way counts: an address is not too deep because a longer way to it was read first") func shorterWay() async throws {
        let tenant = try await TestTenant.make()
        _ = try await tenant.user("ann")
        let domain = tenant.domainName
        // By way of a1 … a8 the end, which has eight steps more, would be too deep; a0 leads straight to it as well.
        for step in 0..<8 { try await tenant.alias("a\(step)", to: "a\(step + 1)@\(domain)") }
        try await tenant.alias("a8", to: "end0@\(domain)")
        try await tenant.alias("a0", to: "end0@\(domain)")
        for step in 0..<8 { try await tenant.alias("end\(step)", to: step == 7 ? "ann@\(domain)" : "end\(step + 1)@\(domain)") }
        try await tenant.withStore { store async throws in
            guard case .targets(let targets) = try await store.resolve(localPart: "a0", domain: domain) else {
                Issue.record("a0 leads nowhere"); return
            }
            #expect(targets.users.map(\.user.localPart) == ["ann"])
        }
    }

    @Test("A group that is addressed besides is asked, though another that is read first has it as a member")
    func groupBeside() async throws {
        let tenant = try await TestTenant.make()
        _ = try await tenant.user("ann")
        let domain = tenant.domainName
        try await tenant.group("a-outer", members: ["z-inner@\(domain)"])
        try await tenant.group("z-inner", posting: "owners", members: ["ann@\(domain)"])
        try await tenant.alias("both", to: "a-outer@\(domain)")
        try await tenant.alias("both", to: "z-inner@\(domain)")
        try await tenant.withStore { store async throws in
            guard case .targets(let targets) = try await store.resolve(localPart: "both", domain: domain, from: nil) else {
                Issue.record("both lead nowhere"); return
            }
            #expect(targets.groups.map(\.address) == ["a-outer@\(domain)", "z-inner@\(domain)"] && targets.closed.isEmpty)
        }
    }
}
