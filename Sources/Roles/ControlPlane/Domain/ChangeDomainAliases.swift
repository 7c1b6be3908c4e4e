import AdminAPI
import Postgres

extension Provisioning {
    /// `domain alias`.
    func createDomainAlias(_ request: AdminRequest<DomainAlias>) async throws -> Domain {
        let new = request.body
        _ = try await domain(new.domain)
        let tenant: Int64
        do {
            tenant = try await change { transaction in
                let keys = try await lockDomain(new.domain, in: transaction)
                try await addAlias(new.name, of: keys, in: transaction)
                return keys.tenant
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw try await taken(new.name)
        }
        directoryChanged(of: tenant)
        await domainsChanged()
        return try await domain(new.domain)
    }

    /// `domain unalias`: sessions that began under the name go on, for they are the user's.
    func deleteDomainAlias(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let name: DomainName = try request.path.require("name")
        let removed = try await database.query("DELETE FROM domain_aliases WHERE name = $1 RETURNING tenant_id", [.text(name.text)])
        guard let tenant = try removed.first?.int8(0) else {
            throw AdminError(.notFound, "There is no domain alias \(name).", hint: "`domain list` shows all.")
        }
        directoryChanged(of: tenant)
        await domainsChanged()
        return Nothing()
    }

    func addAlias(_ name: DomainName, of keys: (tenant: Int64, domain: Int64), in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            "INSERT INTO domain_aliases (tenant_id, domain_id, name) VALUES ($1, $2, $3)",
            [.int8(keys.tenant), .int8(keys.domain), .text(name.text)])
    }
}
