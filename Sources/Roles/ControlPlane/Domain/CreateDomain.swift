import AdminAPI
import Postgres

extension Provisioning {
    /// `domain create`: a domain belongs to one tenant of the whole platform.
    func createDomain(_ request: AdminRequest<NewDomain>) async throws -> Domain {
        let new = request.body
        let quota = new.quota ?? .unlimited
        try quota.validate()
        let made = try await insert(new, quota)
        guard let tenant = try made.first?.int8(0) else { throw AdminError.noTenant(new.tenant) }
        directoryChanged(of: tenant)
        await domains.push()
        return try await domain(new.name)
    }

    private func insert(_ new: NewDomain, _ quota: QuotaLimits) async throws -> PostgresResult {
        do {
            return try await database.query(
                """
                INSERT INTO domains (tenant_id, name, quota_bytes, quota_messages)
                SELECT tenant_id, $1, $2, $3 FROM tenants WHERE name = $4 RETURNING tenant_id
                """, [.text(new.name.text)] + quota.parameters + [.text(new.tenant.text)])
        } catch {
            guard error.sqlState == .uniqueViolation else { throw error }
            throw try await taken(new.name)
        }
    }
}
