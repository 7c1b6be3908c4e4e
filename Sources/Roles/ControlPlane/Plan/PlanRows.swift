import AdminAPI
import FoundationEssentials
import Postgres

extension Provisioning {
    /// Plans as the interface shows them, by name.
    func plans(named name: PlanName? = nil) async throws -> [Plan] {
        let result = try await database.query(
            """
            SELECT p.name, p.limits::text, (SELECT count(*) FROM tenants t WHERE t.plan = p.name), p.created_at
            FROM plans p WHERE $1::text IS NULL OR p.name = $1 ORDER BY p.name
            """, [.optionalText(name?.text)])
        return try result.rows.map { row in
            Plan(name: try row.name(0), limits: try row.limits(1), tenants: Int(try row.int8(2)), createdAt: try row.moment(3))
        }
    }

    func plan(_ name: PlanName) async throws -> Plan {
        guard let plan = try await plans(named: name).first else { throw AdminError.noPlan(name) }
        return plan
    }

    /// All that says what holds for a tenant or a user.
    func limits(of target: QuotaTarget) async throws -> LimitLayers {
        let rows: PostgresResult
        switch target {
        case .domain(let name):
            throw AdminError(
                .invalid, "A domain has no plan.", hint: "Ask for its tenant, or a user; `quota show \(name)` shows its quota.")
        case .tenant(let name):
            rows = try await database.query(
                """
                SELECT t.plan, t.planned::text, t.name, t.limits::text, t.quota_bytes, NULL::text, NULL::bigint
                FROM tenants t WHERE t.name = $1
                """, [.text(name.text)])
            if rows.isEmpty { throw AdminError.noTenant(name) }
        case .user(let address):
            rows = try await database.query(
                """
                SELECT t.plan, t.planned::text, t.name, t.limits::text, t.quota_bytes, u.limits::text, u.quota_bytes
                FROM domains d JOIN users u USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
                WHERE d.name = $1 AND u.local_part = $2
                """, [.text(address.domain.text), .text(address.localPart)])
            if rows.isEmpty { throw AdminError.noUser(address) }
        }
        guard let row = rows.first else { throw PostgresError(kind: .usage, message: "no limits came back") }
        var layers = LimitLayers(
            target: target, plan: try row.name(0), tenant: try row.name(2), keptDays: Int64(facts.deletedKeptDays))
        layers.add(try row.limits(1), from: .plan(layers.plan))
        layers.add(try row.limits(3), from: .tenant(layers.tenant))
        layers.add(own: try row.optionalInt8(4), as: .storage, from: .tenant(layers.tenant))
        if case .user(let address) = target {
            layers.add(try row.limits(5), from: .user(address))
            layers.add(own: try row.optionalInt8(6), as: .userQuota, from: .user(address))
        }
        return layers
    }
}

/// What plan, tenant and user say of limits, the one that decides last.
struct LimitLayers {
    let target: QuotaTarget
    let plan: PlanName
    let tenant: TenantName
    private var found: [LimitName: EffectiveLimit] = [:]

    /// - Parameter keptDays: what the configuration says, which every other word goes before.
    init(target: QuotaTarget, plan: PlanName, tenant: TenantName, keptDays: Int64) {
        (self.target, self.plan, self.tenant) = (target, plan, tenant)
        found[.keptDays] = EffectiveLimit(name: .keptDays, value: .number(keptDays), source: .configuration)
    }

    mutating func add(_ limits: LimitSet, from source: LimitSource) {
        for (name, value) in limits.values { found[name] = EffectiveLimit(name: name, value: value, source: source) }
    }

    /// - Parameter own: as `quota_bytes` holds it.
    mutating func add(own: Int64?, as name: LimitName, from source: LimitSource) {
        guard let own else { return }
        found[name] = EffectiveLimit(name: name, value: own == -1 ? .unlimited : .number(own), source: source)
    }

    subscript(name: LimitName) -> EffectiveLimit {
        let said = found[name] ?? EffectiveLimit(name: name, value: .unlimited, source: .nobody)
        // As `effective_quota` has it: the largest binds whatever else is said.
        guard name == .userQuota, let largest = found[.largestUserQuota], let most = largest.value.number else { return said }
        if let number = said.value.number, number <= most { return said }
        return EffectiveLimit(name: name, value: largest.value, source: largest.source)
    }

    /// What the target may store is so because of this.
    var storageSource: LimitSource { self[target.level == .user ? .userQuota : .storage].source }

    var report: LimitReport {
        let names = LimitName.allCases.filter { name in
            target.level == .tenant || name.overridden.contains(.user) || name == .userQuota || name == .largestUserQuota
        }
        return LimitReport(target: target, plan: plan, limits: names.map { self[$0] })
    }
}

extension PostgresRow {
    /// A column of limits as text.
    func limits(_ column: Int) throws -> LimitSet { try JSONDecoder().decode(LimitSet.self, from: Data(try text(column).utf8)) }
}

extension LimitChanges {
    /// For a parameter that is cast to `jsonb`.
    var json: PostgresValue {
        get throws { .text(String(decoding: try JSONEncoder().encode(self), as: UTF8.self)) }
    }
}
