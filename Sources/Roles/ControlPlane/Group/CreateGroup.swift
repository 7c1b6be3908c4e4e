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
            try await refuseUsed(new.address, at: place, in: transaction)
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

    /// Nobody can take the address meanwhile: its domain is locked.
    private func refuseUsed(_ address: EmailAddress, at place: GroupPlace, in transaction: PostgresTransaction) async throws {
        for (table, what) in [("users", "a user"), ("aliases", "an alias")] {
            let found = try await transaction.query(
                "SELECT 1 FROM \(table) WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3 LIMIT 1", place.parameters)
            guard found.isEmpty else { throw AdminError(.alreadyExists, "\(address) is \(what).", hint: "Choose another address.") }
        }
        let found = try await transaction.query(
            "SELECT 1 FROM groups WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3", place.parameters)
        guard found.isEmpty else {
            throw AdminError(
                .alreadyExists, "The group \(address) exists already.", hint: "`group set` and `group add` change it.")
        }
    }
}

extension AdminError {
    /// For what is neither a group nor may become anything else.
    static func isGroup(_ address: String) -> AdminError {
        AdminError(.alreadyExists, "\(address) is a group.", hint: "Delete the group first, or choose another address.")
    }
}
