import AdminAPI
import Postgres

extension Provisioning {
    /// `domain create`: a domain belongs to one tenant of the whole platform.
    func createDomain(_ request: AdminRequest<NewDomain>) async throws -> Domain {
        let new = request.body
        try new.quota?.validate(at: .domain)
        let tenant = try await insert(new)
        directoryChanged(of: tenant)
        await domains.push()
        return try await domain(new.name)
    }

    private func insert(_ new: NewDomain) async throws -> Int64 {
        do {
            return try await change { transaction in
                let tenant = try await find(new.tenant, in: transaction)
                try await requireRoom(for: .domains, of: tenant, in: transaction)
                _ = try await transaction.query(
                    "INSERT INTO domains (tenant_id, name, quota_bytes, quota_messages) VALUES ($1, $2, $3, $4)",
                    [.int8(tenant), .text(new.name.text)] + new.quota.parameters(at: .domain))
                return tenant
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            let owner = try await domains(named: new.name).first?.tenant
            throw AdminError(.alreadyExists, "The domain \(new.name) exists already\(owner.map { ", with tenant \($0)" } ?? "").")
        }
    }
}
