import AdminAPI
import MailStore
import Postgres

/// What is to be done to a tenant, as everything stands.
struct PreparedTenant: Sendable {
    let name: TenantName
    let reading: TenantReading
    let goal: TenantState
    let changes: [TenantChange]
    /// Of the plan that the tenant is to have.
    let planned: LimitSet
    var keeping: Keeping
    /// The apply that is undone.
    let undoes: Int64?
    /// Who has an address that the inverse of an apply names, and is somebody else.
    let successors: Set<EmailAddress>
    let fingerprint: String

    var fate: TenantFate { keeping.fate }
    var isEmpty: Bool { changes.isEmpty && fate == .stays }

    /// As they are shown and kept.
    @concurrent func shownChanges() async -> [StateChange] { StateChange.all(changes, of: name, fate, goal.settings) }
}

extension Provisioning {
    /// Finds the difference, and refuses what the caller may not do, or nobody can.
    /// - Parameter locked: whether the tenant stays as it is until the transaction ends.
    func prepare(
        _ desired: DesiredTenant, _ undertaking: Undertaking, locked: Bool = false, in transaction: PostgresTransaction
    ) async throws -> PreparedTenant {
        let hashes = Dictionary(
            desired.users.compactMap { user in user.password?.hash.map { (user.address, $0) } }, uniquingKeysWith: { first, _ in first })
        let found = try await readTenant(desired.name, hashes: hashes, locked: locked, in: transaction)
        // Else it would be made, and cannot.
        if found == nil, undertaking.caller.part == nil, let kept = try await keptNote([.tenant], of: desired.name.text, in: transaction) {
            return try await prepareDeleted(desired, undertaking, kept, locked: locked, in: transaction)
        }
        let reading = found ?? .absent
        let waitingKeys = try await waitingKeys(for: desired, reading, undertaking, in: transaction)
        var (goal, changes) = try await Self.difference(
            reading, undertaking.undoes == nil ? desired : desired.sparing(waitingKeys), undertaking.prune)
        var keeping = try await keeping(of: changes, reading, undertaking, in: transaction)
        keeping.waitingKeys = waitingKeys
        if found == nil { keeping.fate = .made }
        if found != nil, undertaking.isToDeleteTenant {
            keeping.tenantStays = try await whatCameSince(
                to: reading.id, called: desired.name, beside: desired.gone, goal, in: transaction)
            if keeping.tenantStays == nil {
                try await findDeletion(of: reading, changes, &keeping, in: transaction)
                // It has them still when it comes back.
                goal.settings = reading.state.settings
                changes = await Self.withoutSettings(changes)
            }
        }
        // An undo asks for what there was, and nobody can make it ask for less.
        if undertaking.undoes == nil { try Self.requireFewKeys(SortedChanges(changes).without(keeping).domains) }
        if undertaking.caller.part != nil {
            try Self.requireOwn(changes, reading, keeping, desired.name)
            let kept = SortedChanges(changes).goneUsers.filter { !keeping.destroyedUsers.contains($0) }
            try await requireRoomForKeptMail(of: kept.compactMap { reading.users[$0]?.id }, in: reading.id, transaction)
        }
        let planned = try await planned(goal.settings.plan, reading, undertaking, locked: locked, in: transaction)
        try await Self.requireAllowed(reading.state, goal, planned)
        try await requireFree(changes, reading.state, keeping, in: transaction)
        return PreparedTenant(
            name: desired.name, reading: reading, goal: goal, changes: changes, planned: planned, keeping: keeping,
            undoes: undertaking.undoes, successors: desired.successors(among: reading.numbers),
            fingerprint: try await reading.fingerprint(keeping))
    }

    @concurrent private nonisolated static func difference(
        _ reading: TenantReading, _ desired: DesiredTenant, _ prune: Bool
    ) async throws -> (TenantState, [TenantChange]) {
        let goal = try reading.state.reaching(desired, prune: prune, numbers: reading.numbers)
        return (goal, TenantState.changes(from: reading.state, to: goal))
    }

    @concurrent private nonisolated static func withoutSettings(_ changes: [TenantChange]) async -> [TenantChange] {
        changes.filter { change in
            if case .settings = change { false } else { true }
        }
    }

    @concurrent private nonisolated static func requireAllowed(_ old: TenantState, _ new: TenantState, _ planned: LimitSet) async throws {
        try TenantState.requireAllowed(from: old, to: new, plan: planned)
        try new.requireNoCircles(after: old, depth: StoreLimits.aliasDepth)
    }

    private func planned(
        _ plan: PlanName, _ reading: TenantReading, _ undertaking: Undertaking, locked: Bool, in transaction: PostgresTransaction
    ) async throws -> LimitSet {
        let written = undertaking.plans.first { $0.name == plan }
        func then(_ limits: LimitSet) throws -> LimitSet {
            guard let written else { return limits }
            let state = try PlanState([plan: limits]).reaching(DesiredPlans(plans: [written]), prune: undertaking.prune)
            return state.plans[plan] ?? limits
        }
        if plan == reading.state.settings.plan, reading.id != 0 { return try then(reading.planned) }
        let lock = locked ? " FOR SHARE" : ""
        let found = try await transaction.query("SELECT limits::text FROM plans WHERE name = $1\(lock)", [.text(plan.text)])
        guard let limits = try found.first?.limits(0) ?? written.map({ _ in LimitSet() }) else { throw AdminError.noPlan(plan) }
        return try then(limits)
    }

    /// An administrator of the tenant changes its users, shared mailboxes, aliases and groups, and domains' policies on TLS and keys.
    /// The rest is set by those who run the platform; users who come back have it as it was.
    private static func requireOwn(
        _ changes: [TenantChange], _ reading: TenantReading, _ keeping: Keeping, _ name: TenantName
    ) throws(AdminError) {
        guard reading.id != 0 else { throw AdminError.noTenant(name) }
        for change in changes {
            let what: String
            switch change {
            case .alias, .group: continue
            case .user(let address, let old, let new):
                if old == nil, keeping.usersBack[address] != nil { continue }
                if new == nil || (old?.limits ?? LimitSet()) == new?.limits { continue }
                what = "The limits of \(address)"
            case .settings: what = "The plan, quota, limits and suspension of \(name)"
            case .domain(_, let old?, let new?) where old.quota == new.quota: continue  // its policy on TLS, its keys
            case .domain(let domain, _, _): what = "The domain \(domain)"
            case .domainAlias(let alias, _, _): what = "The domain alias \(alias)"
            }
            throw AdminError(
                .forbidden, "\(what) would change, and those who run the platform alone may do that.",
                hint: "You may change users, shared mailboxes, aliases and groups, and `mta-sts` and `dkim` of domains.")
        }
    }

    /// A domain's name is one tenant's, also while the domain is deleted and kept.
    private func requireFree(
        _ changes: [TenantChange], _ state: TenantState, _ keeping: Keeping, in transaction: PostgresTransaction
    ) async throws {
        let gone = Set(SortedChanges(changes).goneDomains).subtracting(keeping.destroyedDomains)
        var names: [DomainName] = []
        for change in changes {
            switch change {
            case .domain(let name, nil, _), .domainAlias(let name, nil, _): names.append(name)
            default: continue
            }
        }
        if let name = names.first(where: gone.contains) {
            throw AdminError(
                .conflict, "The domain \(name) would go, and its name stays its own for as long as it is kept.",
                hint: "`domain delete --now \(name)` destroys it and makes the name free.")
        }
        names.removeAll { name in
            state.domains[name] != nil || state.domainAliases[name] != nil || keeping.domainsBack[name] != nil
                || keeping.namesBack[name] != nil
        }
        guard !names.isEmpty else { return }
        let taken = try await transaction.query(
            "SELECT name FROM domain_names WHERE name = ANY ($1) ORDER BY 1 LIMIT 1", [.textArray(names.map(\.text))])
        guard let name: DomainName = try taken.first?.name(0) else { return }
        try await showDeleted(in: transaction)
        let kept = try await transaction.query(
            """
            SELECT d.name FROM domains d
                LEFT JOIN domain_aliases a ON a.tenant_id = d.tenant_id AND a.domain_id = d.domain_id AND a.name = $1
            WHERE d.deleted_at IS NOT NULL AND $1 IN (d.name, a.name)
            """, [.text(name.text)])
        if let domain: DomainName = try kept.first?.name(0) {
            throw AdminError(
                .alreadyExists, "\(name) is a name of the domain \(domain), which is deleted, and kept.",
                hint: "`domain undelete \(domain)` brings it back, `domain delete --now \(domain)` makes the name free.")
        }
        throw AdminError(
            .alreadyExists, "The domain \(name) exists already, with another tenant.", hint: "`domain show \(name)` tells whose it is.")
    }
}
