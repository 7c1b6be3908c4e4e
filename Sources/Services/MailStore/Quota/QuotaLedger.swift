import Runtime

extension QuotaUsage {
    static func += (left: inout QuotaUsage, right: QuotaUsage) {
        left.bytes += right.bytes
        left.messages += right.messages
    }

    static func -= (left: inout QuotaUsage, right: QuotaUsage) {
        left.bytes -= right.bytes
        left.messages -= right.messages
    }
}

/// Usage and limits at all three levels. Exact: usage changes with each committed transaction, and what is under way is
/// reserved first, so that deliveries at the same time cannot pass a limit together.
@EventLoopActor
final class QuotaLedger {
    struct Level {
        var usage = QuotaUsage()
        var limits = QuotaLimits()
        var reserved = QuotaUsage()

        func refusal(_ scope: QuotaScope, adding: QuotaUsage) -> QuotaRefusal? {
            func passes(_ used: Int64, _ added: Int64, _ limit: Int64?) -> Bool {
                guard let limit, added > 0 else { return false }
                let (sum, overflow) = used.addingReportingOverflow(added)
                return overflow || sum > limit
            }
            if passes(usage.bytes + reserved.bytes, adding.bytes, limits.bytes), let limit = limits.bytes {
                return QuotaRefusal(scope: scope, resource: .bytes, used: usage.bytes, limit: limit)
            }
            if passes(usage.messages + reserved.messages, adding.messages, limits.messages), let limit = limits.messages {
                return QuotaRefusal(scope: scope, resource: .messages, used: usage.messages, limit: limit)
            }
            return nil
        }
    }

    struct User {
        let domain: Int64
        var level: Level
    }

    private(set) var tenant = Level()
    private(set) var domains: [Int64: Level] = [:]
    private(set) var users: [Int64: User] = [:]
    /// The directory's generation that usage and limits were read at; nil: never.
    var generation: Int?
    private var thresholds: QuotaThresholds?
    private var onCrossing: (@EventLoopActor (Int64) -> Void)?
    /// Called with each refusal and the user whom it was for.
    var onRefusal: (@EventLoopActor (QuotaRefusal, Int64) -> Void)?

    /// Has `onCrossing` called with the user whose committed change took usage, at some level, across a threshold.
    func watch(_ thresholds: QuotaThresholds, _ onCrossing: @escaping @EventLoopActor (Int64) -> Void) {
        self.thresholds = thresholds
        self.onCrossing = onCrossing
    }

    func refusal(of user: Int64, adding amount: QuotaUsage) -> QuotaRefusal? {
        guard let entry = users[user] else { return nil }
        let refusal = entry.level.refusal(.user, adding: amount) ?? domains[entry.domain]?.refusal(.domain, adding: amount)
            ?? tenant.refusal(.tenant, adding: amount)
        if let refusal { onRefusal?(refusal, user) }
        return refusal
    }

    func reserve(_ amount: QuotaUsage, for user: Int64) throws(StoreError) -> QuotaReservation {
        guard let entry = users[user] else { throw .noSuchUser }
        if let refusal = refusal(of: user, adding: amount) { throw .overQuota(refusal) }
        users[user]?.level.reserved += amount
        domains[entry.domain]?.reserved += amount
        tenant.reserved += amount
        return QuotaReservation(ledger: self, user: user, domain: entry.domain, amount: amount)
    }

    func giveBack(_ amount: QuotaUsage, user: Int64, domain: Int64) {
        users[user]?.level.reserved -= amount
        domains[domain]?.reserved -= amount
        tenant.reserved -= amount
    }

    /// A committed change.
    func add(_ change: QuotaUsage, to user: Int64) {
        guard let entry = users[user] else { return }
        let before = bands(of: user, in: entry.domain)
        users[user]?.level.usage += change
        domains[entry.domain]?.usage += change
        tenant.usage += change
        if before != bands(of: user, in: entry.domain) { onCrossing?(user) }
    }

    /// Where usage of the three levels stands among the thresholds.
    private func bands(of user: Int64, in domain: Int64) -> [Int] {
        guard let thresholds else { return [] }
        return [users[user]?.level, domains[domain], tenant].map { $0.map { thresholds.band(of: $0.usage, $0.limits) } ?? 0 }
    }

    /// Usage as it will be after these changes: of the users and domains that they touch, and of the tenant. In the order of
    /// their ids, in which the rows are locked.
    func figures(
        after changes: [Int64: QuotaUsage]
    ) -> (users: [(id: Int64, usage: QuotaUsage)], domains: [(id: Int64, usage: QuotaUsage)], tenant: QuotaUsage) {
        var newUsers: [(id: Int64, usage: QuotaUsage)] = []
        var newDomains: [Int64: QuotaUsage] = [:]
        var newTenant = tenant.usage
        for (user, change) in changes.sorted(by: { $0.key < $1.key }) {
            guard let entry = users[user] else { continue }
            var usage = entry.level.usage
            usage += change
            newUsers.append((user, usage))
            newDomains[entry.domain, default: domains[entry.domain]?.usage ?? QuotaUsage()] += change
            newTenant += change
        }
        return (newUsers, newDomains.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, newTenant)
    }

    func levels(of user: Int64) -> [QuotaLevel] {
        guard let entry = users[user] else { return [] }
        let domain = domains[entry.domain] ?? Level()
        return [(QuotaScope.user, entry.level), (.domain, domain), (.tenant, tenant)].map { scope, level in
            QuotaLevel(scope: scope, usage: level.usage, limits: level.limits)
        }
    }

    /// Takes over what was read; what is reserved stays. Users that are not among them are forgotten.
    func replace(tenant newTenant: Level, domains newDomains: [Int64: Level], users newUsers: [Int64: User]) {
        let old = (tenant: tenant, domains: domains, users: users)
        tenant = newTenant
        tenant.reserved = old.tenant.reserved
        domains = newDomains
        for id in newDomains.keys { domains[id]?.reserved = old.domains[id]?.reserved ?? QuotaUsage() }
        users = newUsers
        for id in newUsers.keys { users[id]?.level.reserved = old.users[id]?.level.reserved ?? QuotaUsage() }
    }

    func insert(_ user: User, id: Int64) { users[id] = user }
}
