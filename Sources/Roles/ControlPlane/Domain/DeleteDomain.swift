import AdminAPI
import Postgres

extension Provisioning {
    /// `domain delete`: with its users, their mail, and its aliases.
    func deleteDomain(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let name: DomainName = try request.path.require("name")
        let (tenant, users) = try await change { transaction in
            let keys = try await lockDomain(name, in: transaction)
            let users = try await transaction.query(
                "SELECT user_id FROM users WHERE tenant_id = $1 AND domain_id = $2", [.int8(keys.tenant), .int8(keys.domain)]
            ).rows.map { try $0.int8(0) }
            _ = try await transaction.query(
                "DELETE FROM domains WHERE tenant_id = $1 AND domain_id = $2", [.int8(keys.tenant), .int8(keys.domain)])
            return (keys.tenant, users)
        }
        directoryChanged(of: tenant)
        for user in users { endSessions(tenant: tenant, user: user, reason: "This account is deleted") }
        await domainsChanged()
        return Nothing()
    }
}
