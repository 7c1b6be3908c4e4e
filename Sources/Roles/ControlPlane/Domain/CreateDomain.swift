import AdminAPI
import Postgres

extension Provisioning {
    /// `domain create`: a domain belongs to one tenant of the whole platform. Whoever makes it vouches for that.
    func createDomain(_ request: AdminRequest<NewDomain>) async throws -> Domain {
        let new = request.body
        try new.quota?.validate(at: .domain)
        let tenant: Int64
        do {
            tenant = try await change { transaction in try await insert(new, by: request.caller.name, in: transaction) }
        } catch {
            guard (error as? PostgresError)?.sqlState == .uniqueViolation else { throw error }
            throw try await taken(new.name)
        }
        directoryChanged(of: tenant)
        await domainsChanged()
        return try await domain(new.name)
    }

    private func insert(_ new: NewDomain, by administrator: String, in transaction: PostgresTransaction) async throws -> Int64 {
        let tenant = try await find(new.tenant, in: transaction)
        try await requireRoom(for: .domains, of: tenant, in: transaction)
        _ = try await transaction.query(
            "INSERT INTO domains (tenant_id, name, quota_bytes, quota_messages, vouched_by) VALUES ($1, $2, $3, $4, $5)",
            [.int8(tenant), .text(new.name.text)] + new.quota.parameters(at: .domain) + [.text(administrator)])
        // What is vouched for need not be proved any more.
        _ = try await transaction.query(
            "DELETE FROM domain_claims WHERE tenant_id = $1 AND name = $2", [.int8(tenant), .text(new.name.text)])
        return tenant
    }
}
