import Runtime

extension QuotaUsage {
    init(_ messages: [StoredMessage]) {
        self.init(bytes: messages.reduce(0) { $0 + $1.size }, messages: Int64(messages.count))
    }

    static func += (left: inout QuotaUsage, right: QuotaUsage) {
        left.bytes += right.bytes
        left.messages += right.messages
    }

    prefix static func - (amount: QuotaUsage) -> QuotaUsage { QuotaUsage(bytes: -amount.bytes, messages: -amount.messages) }
}

/// Usage and limits at all three levels. Exact: usage changes with each committed transaction, and what is under way is
/// reserved first, so that deliveries at the same time cannot pass a limit together.
@EventLoopActor
final class QuotaLedger {
    struct Level {
        var usage = QuotaUsage()
        var limits = QuotaLimits()
        /// Of messages that are on their way.
        var reserved = QuotaUsage()
        /// Of messages that are durable, and whose rows and usage are not committed yet.
        var logged = QuotaUsage()
        /// What is stored.
        var current: QuotaUsage { QuotaUsage(bytes: usage.bytes + logged.bytes, messages: usage.messages + logged.messages) }

        func refusal(_ scope: QuotaScope, adding: QuotaUsage) -> QuotaRefusal? {
            func passes(_ used: Int64, _ added: Int64, _ limit: Int64?) -> Bool {
                guard let limit, added > 0 else { return false }
                let (sum, overflow) = used.addingReportingOverflow(added)
                return overflow || sum > limit
            }
            if passes(current.bytes + reserved.bytes, adding.bytes, limits.bytes), let limit = limits.bytes {
                return QuotaRefusal(scope: scope, resource: .bytes, used: current.bytes, limit: limit)
            }
            if passes(current.messages + reserved.messages, adding.messages, limits.messages), let limit = limits.messages {
                return QuotaRefusal(scope: scope, resource: .messages, used: current.messages, limit: limit)
            }
            return nil
        }
    }

    struct User {
        /// nil: the user is deleted and kept, and counts for nobody.
        let domain: Int64?
        var level: Level
    }

    private(set) var tenant = Level()
    private(set) var domains: [Int64: Level] = [:]
    private(set) var users: [Int64: User] = [:]
    /// The directory's generation that usage and limits were read at; nil: never, or they are just being set right.
    private(set) var generation: Int?
    /// How often setting them right was begun, and which of these was taken over last.
    private var begun = 0, taken = 0
    private var thresholds: QuotaThresholds?
    private var onCrossing: (@EventLoopActor (Int64) -> Void)?
    /// Called with each refusal and the user whom it was for.
    var onRefusal: (@EventLoopActor (QuotaRefusal, Int64) -> Void)?
    private(set) var refusals: Int64 = 0

    /// Has `onCrossing` called with the user whose committed change took usage, at some level, across a threshold.
    func watch(_ thresholds: QuotaThresholds, _ onCrossing: @escaping @EventLoopActor (Int64) -> Void) {
        self.thresholds = thresholds
        self.onCrossing = onCrossing
    }

    /// - Parameter other: whose mailbox the messages leave in the same step, so that levels that both are under hold no more.
    func refusal(of user: Int64, adding amount: QuotaUsage, leaving other: Int64? = nil) -> QuotaRefusal? {
        let refusal = foreseenRefusal(of: user, adding: amount, leaving: other)
        if let refusal {
            refusals &+= 1
            onRefusal?(refusal, user)
        }
        return refusal
    }

    /// The same for who only asks: nothing is refused, and nobody told.
    func foreseenRefusal(of user: Int64, adding amount: QuotaUsage, leaving other: Int64? = nil) -> QuotaRefusal? {
        guard let entry = users[user] else { return nil }
        let left = other.flatMap { users[$0]?.domain }
        return entry.level.refusal(.user, adding: amount)
            ?? entry.domain.flatMap { $0 == left ? nil : domains[$0]?.refusal(.domain, adding: amount) }
            ?? (entry.domain == nil || left != nil ? nil : tenant.refusal(.tenant, adding: amount))
    }

    func reserve(_ amount: QuotaUsage, for user: Int64) throws(StoreError) -> QuotaReservation {
        if let refusal = refusal(of: user, adding: amount) { throw .overQuota(refusal) }
        return try claim(amount, for: user)
    }

    /// Room for all of these, or for none.
    func reserve(_ amounts: [QuotaUsage], for user: Int64) throws(StoreError) -> [QuotaReservation] {
        let total = amounts.reduce(into: QuotaUsage()) { $0 += $1 }
        if let refusal = refusal(of: user, adding: total) { throw .overQuota(refusal) }
        var reservations: [QuotaReservation] = []
        for amount in amounts { reservations.append(try claim(amount, for: user)) }
        return reservations
    }

    /// Room for what leaves another user's mailbox in the same step.
    func reserve(_ amount: QuotaUsage, for user: Int64, leaving other: Int64) throws(StoreError) -> QuotaReservation {
        if let refusal = refusal(of: user, adding: amount, leaving: other) { throw .overQuota(refusal) }
        guard let domain = users[user]?.domain, let left = users[other]?.domain else { return try claim(amount, for: user) }
        return try claim(amount, for: user, sparing: .init(domain: domain == left ? domain : nil))
    }

    /// Reserves without asking for room: for what is stored already.
    func claim(_ amount: QuotaUsage, for user: Int64, sparing spared: SparedLevels? = nil) throws(StoreError) -> QuotaReservation {
        guard users[user] != nil else { throw .noSuchUser }
        change(\.reserved, by: amount, for: user)
        if let spared { change(spared, by: -amount) }
        return QuotaReservation(ledger: self, user: user, amount: amount, spared: spared)
    }

    /// Levels where a reservation takes no room, though its user is under them: the tenant, and a domain.
    struct SparedLevels {
        let domain: Int64?
    }

    func change(_ spared: SparedLevels, by amount: QuotaUsage) {
        tenant.reserved += amount
        if let domain = spared.domain { domains[domain]?.reserved += amount }
    }

    func change(_ part: WritableKeyPath<Level, QuotaUsage>, by amount: QuotaUsage, for user: Int64) {
        users[user]?.level[keyPath: part] += amount
        change(part, by: amount, in: users[user]?.domain)
    }

    private func change(_ part: WritableKeyPath<Level, QuotaUsage>, by amount: QuotaUsage, in domain: Int64?) {
        guard let domain else { return }
        domains[domain]?[keyPath: part] += amount
        tenant[keyPath: part] += amount
    }

    /// A committed change.
    func add(_ change: QuotaUsage, to user: Int64) {
        guard let entry = users[user] else { return }
        let before = bands(of: user, in: entry.domain)
        users[user]?.level.usage += change
        guard let domain = entry.domain else { return }
        domains[domain]?.usage += change
        tenant.usage += change
        if before != bands(of: user, in: domain) { onCrossing?(user) }
    }

    /// Where usage of the three levels stands among the thresholds.
    private func bands(of user: Int64, in domain: Int64?) -> [Int] {
        guard let thresholds, let domain else { return [] }
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
            guard let domain = entry.domain else { continue }
            newDomains[domain, default: domains[domain]?.usage ?? QuotaUsage()] += change
            newTenant += change
        }
        return (newUsers, newDomains.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, newTenant)
    }

    func levels(of user: Int64) -> [QuotaLevel] {
        guard let entry = users[user] else { return [] }
        let domain = entry.domain.flatMap { domains[$0] } ?? Level()
        return [(QuotaScope.user, entry.level), (.domain, domain), (.tenant, tenant)].map { scope, level in
            QuotaLevel(scope: scope, usage: level.current, limits: level.limits)
        }
    }

    /// Takes over what was read; what is on its way stays, and goes along with a user who moved. Users that are not among them
    /// are forgotten.
    func replace(tenant newTenant: Level, domains newDomains: [Int64: Level], users newUsers: [Int64: User]) {
        let old = (tenant: tenant, domains: domains, users: users)
        tenant = newTenant.keeping(old.tenant)
        domains = newDomains
        for (id, level) in newDomains { domains[id] = level.keeping(old.domains[id]) }
        users = newUsers
        for (id, user) in newUsers { users[id]?.level = user.level.keeping(old.users[id]?.level) }
        for (id, user) in old.users where user.domain != users[id]?.domain {
            for part in [\Level.reserved, \Level.logged] {
                change(part, by: -user.level[keyPath: part], in: user.domain)
                change(part, by: user.level[keyPath: part], in: users[id]?.domain)
            }
        }
    }

    func insert(_ user: User, id: Int64) { users[id] = user }

    /// When users' figures are asked for; the answer counts only while it is the same still.
    struct Moment: Equatable {
        fileprivate let generation: Int?
        fileprivate let begun: Int
    }

    var moment: Moment { Moment(generation: generation, begun: begun) }

    /// The figures are about to be set right in the database: what was asked before may be older, and who comes into the ledger now
    /// would not be among them.
    /// - Returns: a number for `endAlignment` and `hasTaken`.
    func beginAlignment() -> Int {
        generation = nil
        begun += 1
        return begun
    }

    /// They were set right, and taken over.
    func endAlignment(_ number: Int, at generation: Int) { (taken, self.generation) = (number, generation) }

    /// Whether these figures, or later ones, were taken over.
    func hasTaken(_ number: Int) -> Bool { taken >= number }
}

extension QuotaLedger.Level {
    /// With what is on its way in an older reading.
    fileprivate func keeping(_ old: Self?) -> Self {
        var level = self
        level.reserved = old?.reserved ?? QuotaUsage()
        level.logged = old?.logged ?? QuotaUsage()
        return level
    }
}
