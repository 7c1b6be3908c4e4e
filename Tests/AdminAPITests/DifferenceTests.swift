import AdminAPI
import MailSettings
import Quantities
import Testing

/// Many pairs of states, by a fixed seed.
@Suite("Differences of states") struct DifferenceTests {
    private struct Lots: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static func quota(_ level: QuotaLevel, _ lots: inout Lots) -> StoredQuota {
        let sizes: [LimitChange<ByteCount>] = [
            .unlimited, .to(ByteCount(5)), .to(ByteCount(0)), level == .domain ? .unlimited : .planned,
        ]
        let messages: LimitChange<Int64> = Bool.random(using: &lots) ? .unlimited : .to(3)
        return StoredQuota(bytes: sizes.randomElement(using: &lots) ?? .unlimited, messages: messages)
    }

    private static func limits(_ lots: inout Lots) -> LimitSet {
        var limits = LimitSet()
        if Bool.random(using: &lots) { limits.values[.messageSize] = .number(Int64.random(in: 0...1, using: &lots)) }
        if Bool.random(using: &lots) { limits.values[.protocols] = .services([.imap]) }
        return limits
    }

    private static func suspension(_ lots: inout Lots) throws -> StoredSuspension {
        StoredSuspension(
            what: Suspendable.allCases.filter { _ in Int.random(in: 0..<4, using: &lots) == 0 },
            reason: Bool.random(using: &lots) ? try SuspensionReason("why") : nil)
    }

    private static func group(_ domains: [DomainName], _ lots: inout Lots) throws -> GroupSettings {
        let owners = try domains.filter { _ in Bool.random(using: &lots) }.map { try TargetAddress("o@\($0)") }
        let members = ["a@else.example", "A@else.example", "b@else.example"].filter { _ in Bool.random(using: &lots) }
        return GroupSettings(
            posting: PostingRule.allCases.randomElement(using: &lots) ?? .anyone, owners: owners,
            members: try members.map { try TargetAddress($0) })
    }

    /// Few names, so that things change places often.
    private static func state(_ lots: inout Lots) throws -> TenantState {
        var state = TenantState(
            settings: TenantSettings(
                plan: try PlanName(["default", "gold"].randomElement(using: &lots) ?? "gold"), quota: quota(.tenant, &lots),
                limits: limits(&lots), suspension: try suspension(&lots)))
        for name in ["a.example", "b.example", "c.example"] where Bool.random(using: &lots) {
            state.domains[try DomainName(name)] = DomainSettings(
                quota: quota(.domain, &lots), mtaSTS: MTASTSMode.allCases.randomElement(using: &lots) ?? .off,
                keys: Bool.random(using: &lots) ? .waiting : .absent)
        }
        let domains = state.domains.keys.sorted()
        for name in ["a.example", "c.example", "d.example"] where state.domains[try DomainName(name)] == nil {
            if let domain = domains.randomElement(using: &lots) { state.domainAliases[try DomainName(name)] = domain }
        }
        for domain in domains {
            for name in ["x", "y"] {
                switch Int.random(in: 0..<4, using: &lots) {
                case 0:
                    state.users[try EmailAddress("\(name)@\(domain)")] = UserSettings(
                        quota: quota(.user, &lots), limits: limits(&lots), suspension: try suspension(&lots),
                        password: Bool.random(using: &lots) ? .none : .hash("\(Int.random(in: 0...1, using: &lots))"))
                case 1:
                    let target = try TargetAddress("\(Int.random(in: 0...1, using: &lots))@else.example")
                    state.aliases[try AliasAddress("\(name)@\(domain)")] = [target]
                case 2: state.groups[try EmailAddress("\(name)@\(domain)")] = try group(domains, &lots)
                default: break
                }
            }
        }
        return state
    }

    /// What the database would refuse.
    private func isPossible(_ state: TenantState) -> Bool {
        state.users.keys.allSatisfy { address in
            state.domains[address.domain] != nil && (try? AliasAddress(address.text)).flatMap { state.aliases[$0] } == nil
        } && state.aliases.keys.allSatisfy { state.domains[$0.domain] != nil }
            && state.groups.keys.allSatisfy { address in
                state.domains[address.domain] != nil && state.users[address] == nil
                    && (try? AliasAddress(address.text)).flatMap { state.aliases[$0] } == nil
            }
            && state.domainAliases.allSatisfy { state.domains[$1] != nil && state.domains[$0] == nil }
    }

    @Test("Changes lead from any state to any other, each step possible, and their inverse leads back") func property() throws {
        var lots = Lots(state: 2026)
        let name = try TenantName("acme")
        for _ in 0..<3_000 {
            let old = try Self.state(&lots), new = try Self.state(&lots)
            let changes = TenantState.changes(from: old, to: new)
            var state = old
            for change in changes {
                state.apply(change)
                #expect(isPossible(state), "\(change)")
            }
            #expect(state == new)
            #expect(TenantState.changes(from: new, to: new).isEmpty)
            #expect(try new.reaching(DesiredTenant(inverting: changes, of: name), prune: false) == old)
            let exported = DesiredTenant(exporting: new, of: name)
            #expect(try new.reaching(exported, prune: true) == new)
            var reached = try old.reaching(exported, prune: true)
            for address in reached.users.keys { reached.users[address]?.password = new.users[address]?.password ?? .none }
            for domain in reached.domains.keys where old.domains[domain]?.keys == .waiting { reached.domains[domain]?.keys = .absent }
            var wanted = new
            for domain in wanted.domains.keys where old.domains[domain]?.keys == .waiting { wanted.domains[domain]?.keys = .absent }
            #expect(reached == wanted, "but for passwords, and keys that are there already")
        }
    }
}
