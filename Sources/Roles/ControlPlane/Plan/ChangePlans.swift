import AdminAPI
import Postgres
import Supervision

extension Provisioning {
    /// `plan create`.
    func createPlan(_ request: AdminRequest<NewPlan>) async throws -> Plan {
        let new = request.body
        try new.limits.validate(for: nil)
        do {
            _ = try await change { transaction in
                try await transaction.query(
                    "INSERT INTO plans (name, limits) VALUES ($1, jsonb_strip_nulls($2::text::jsonb))",
                    [.text(new.name.text), try new.limits.json])
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw AdminError(.alreadyExists, "The plan \(new.name) exists already.", hint: "`plan set` changes it.")
        }
        return try await plan(new.name)
    }

    /// `plan set`: for all tenants that have it, at once.
    func setPlan(_ request: AdminRequest<LimitChanges>) async throws -> Plan {
        let name: PlanName = try request.path.require("name")
        try request.body.validate(for: nil)
        let tenants = try await change { transaction in
            let changed = try await transaction.query(
                "UPDATE plans SET limits = jsonb_strip_nulls(limits || $2::text::jsonb) WHERE name = $1 RETURNING 1",
                [.text(name.text), try request.body.json])
            guard !changed.isEmpty else { throw AdminError.noPlan(name) }
            return try await transaction.query("SELECT tenant_id FROM tenants WHERE plan = $1", [.text(name.text)]).rows.map {
                try $0.int8(0)
            }
        }
        try await limitsChanged(of: tenants, protocols: request.body.values.keys.contains(.protocols))
        return try await plan(name)
    }

    /// `plan delete`: of one that no tenant has.
    func deletePlan(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let name: PlanName = try request.path.require("name")
        guard name != .standard else {
            throw AdminError(.conflict, "The plan \(name) is that of tenants made without another, and stays.")
        }
        do {
            let gone = try await change { transaction in
                try await transaction.query("DELETE FROM plans WHERE name = $1 RETURNING 1", [.text(name.text)])
            }
            if gone.isEmpty { throw AdminError.noPlan(name) }
        } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
            throw AdminError(
                .conflict, "Tenants have the plan \(name).",
                hint: "Give them another one first: `plan assign`; deleted tenants that are kept count too: `deleted list`.")
        }
        return Nothing()
    }

    /// `plan assign`.
    func assignPlan(_ request: AdminRequest<PlanAssignment>) async throws -> Tenant {
        let name: TenantName = try request.path.require("name")
        _ = try await plan(request.body.plan)
        let id = try await change { transaction in
            let id = try await find(name, in: transaction)
            _ = try await transaction.query(
                "UPDATE tenants SET plan = $2 WHERE tenant_id = $1", [.int8(id), .text(request.body.plan.text)])
            return id
        }
        try await limitsChanged(of: [id], protocols: true)
        return try await tenant(name)
    }

    /// `plan override`.
    func overrideLimits(_ request: AdminRequest<LimitChanges>) async throws -> LimitReport {
        let target: QuotaTarget = try request.path.require("target")
        if case .domain = target { _ = try await limits(of: target) }
        try request.body.validate(for: target.level)
        let json = try request.body.json
        let assignment = "limits = jsonb_strip_nulls(limits || $2::text::jsonb)"
        let tenant = try await change { transaction in
            if case .user(let address) = target {
                let keys = try await find(address, in: transaction)
                _ = try await transaction.query(
                    "UPDATE users SET \(assignment) WHERE tenant_id = $1 AND user_id = $3", [.int8(keys.tenant), json, .int8(keys.user)])
                return keys.tenant
            }
            let id = try await find(try TenantName(target.text), in: transaction)
            _ = try await transaction.query("UPDATE tenants SET \(assignment) WHERE tenant_id = $1", [.int8(id), json])
            return id
        }
        try await limitsChanged(of: [tenant], protocols: request.body.values.keys.contains(.protocols))
        return try await limits(of: target).report
    }

    /// Tells those who hold sessions.
    /// - Parameter protocols: whether what people may log in to has changed; sessions that they may have no longer end.
    func limitsChanged(of tenants: [Int64], protocols: Bool) async throws {
        for tenant in tenants { directoryChanged(of: tenant) }
        guard protocols else { return }
        // By sets of services that are the same, since those of a tenant's users mostly are.
        let allowed = try await database.query(
            """
            SELECT t.tenant_id, limit_list(t.planned || t.limits || u.limits, 'protocols'), array_agg(u.user_id)
            FROM tenants t JOIN users u USING (tenant_id)
            WHERE t.tenant_id = ANY ($1::bigint[]) GROUP BY 1, 2
            """, [.int8Array(tenants)])
        var groups: [Int64: [(ending: [ClientService], users: [Int64])]] = [:]
        for row in allowed.rows {
            let services = try row.optionalTextArray(1)
            let ending = ClientService.allCases.filter { services?.contains($0.rawValue) == false }
            groups[try row.int8(0), default: []].append((ending, try row.int8Array(2)))
        }
        let reason = "This is not part of your plan any more"
        for (tenant, groups) in groups {
            if groups.count == 1, let all = groups.first, !all.ending.isEmpty {
                endSessions(tenant: tenant, user: nil, services: all.ending, reason: reason)
            } else {
                for group in groups where !group.ending.isEmpty {
                    for user in group.users { endSessions(tenant: tenant, user: user, services: group.ending, reason: reason) }
                }
            }
        }
    }
}
