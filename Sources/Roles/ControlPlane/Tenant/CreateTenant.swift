import AdminAPI
import Postgres

extension Provisioning {
    /// `tenant create`: the row, its lease, its SQL role, its directories and its doors; all of it or nothing.
    func createTenant(_ request: AdminRequest<NewTenant>) async throws -> Tenant {
        let new = request.body
        try new.quota?.validate(at: .tenant)
        let plan = new.plan ?? .standard
        _ = try await self.plan(plan)
        let id: Int64
        do {
            id = try await change { transaction in
                let made = try await transaction.query(
                    """
                    INSERT INTO tenants (name, quota_bytes, quota_messages, plan) VALUES ($1, $2, $3, $4) RETURNING tenant_id
                    """, [.text(new.name.text)] + new.quota.parameters(at: .tenant) + [.text(plan.text)])
                guard let id = try made.first?.int8(0) else { throw PostgresError(kind: .usage, message: "no tenant_id came back") }
                _ = try await transaction.query("INSERT INTO leases (tenant_id, epoch) VALUES ($1, 0)", [.int8(id)])
                try await roles.make(for: id, in: transaction)
                if !isRehearsal { try directory.prepareTenant(id) }
                return id
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw AdminError.tenantExists(new.name, try await keptNote(.tenant, new.name.text))
        }
        if isRehearsal { return try await tenant(new.name) }
        do {
            try workers.add(id, name: new.name)
        } catch {
            try await change { transaction in try await remove(id, in: transaction) }
            throw error
        }
        return try await tenant(new.name)
    }

    func remove(_ tenant: Int64, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query("DELETE FROM tenants WHERE tenant_id = $1", [.int8(tenant)])
        try await roles.drop(for: tenant, in: transaction)
    }
}

extension AdminError {
    /// - Parameter kept: of one that is deleted, and has its name still.
    static func tenantExists(_ name: TenantName, _ kept: (says: String, change: String)?) -> AdminError {
        guard let kept else { return AdminError(.alreadyExists, "The tenant \(name) exists already.") }
        return AdminError(
            .alreadyExists, "The tenant \(name) exists already. \(kept.says)",
            hint: "`\(kept.change)` brings it back, `tenant delete --now \(name)` makes the name free.")
    }
}
