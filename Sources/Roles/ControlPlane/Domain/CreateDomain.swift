import AdminAPI
import Postgres

extension Provisioning {
    /// `domain create`: a domain belongs to one tenant of the whole platform. Whoever makes it vouches for that.
    func createDomain(_ request: AdminRequest<NewDomain>) async throws -> Domain {
        let new = request.body
        let quota = new.quota ?? .unlimited
        try quota.validate()
        let tenant: Int64
        do {
            tenant = try await change { transaction in try await insert(new, quota, by: request.caller.name, in: transaction) }
        } catch {
            guard (error as? PostgresError)?.sqlState == .uniqueViolation else { throw error }
            throw try await existsAlready(new.name)
        }
        directoryChanged(of: tenant)
        await domains.push()
        return try await domain(new.name)
    }

    private func insert(
        _ new: NewDomain, _ quota: QuotaLimits, by administrator: String, in transaction: PostgresTransaction
    ) async throws -> Int64 {
        let made = try await transaction.query(
            """
            INSERT INTO domains (tenant_id, name, quota_bytes, quota_messages, vouched_by)
            SELECT tenant_id, $1, $2, $3, $5 FROM tenants WHERE name = $4 RETURNING tenant_id
            """, [.text(new.name.text)] + quota.parameters + [.text(new.tenant.text), .text(administrator)])
        guard let tenant = try made.first?.int8(0) else { throw AdminError.noTenant(new.tenant) }
        // What is vouched for need not be proved any more.
        _ = try await transaction.query(
            "DELETE FROM domain_claims WHERE tenant_id = $1 AND name = $2", [.int8(tenant), .text(new.name.text)])
        return tenant
    }
}
