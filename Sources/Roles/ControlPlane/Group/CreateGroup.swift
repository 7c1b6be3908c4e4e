import AdminAPI
import Postgres

extension Provisioning {
    /// `group create`: an address is a user, an alias or a group, never two of them.
    func createGroup(_ request: AdminRequest<NewGroup>) async throws -> Group {
        let new = request.body
        let tenant = try await change { transaction in
            let keys = try await lockDomain(new.address.domain, in: transaction)
            let place = GroupPlace(tenant: keys.tenant, domain: keys.domain, localPart: new.address.localPart)
            try await requireRoom(for: .aliases, of: keys.tenant, in: transaction)
            try await refuseUsed(new.address.text, localPart: new.address.localPart, at: keys, as: .group, in: transaction)
            _ = try await transaction.query(
                "INSERT INTO groups (tenant_id, domain_id, local_part, posting) VALUES ($1, $2, $3, $4)",
                place.parameters + [.text(new.posting.rawValue)])
            try await add(new.members, to: place, in: transaction)
            try await setOwners(new.owners, of: place, in: transaction)
            try await refuseCircle(through: place, in: transaction)
            return keys.tenant
        }
        directoryChanged(of: tenant)
        return try await group(new.address)
    }
}
