import AdminAPI
import Postgres

extension Provisioning {
    /// `alias create`: an address is a user, an alias or a group, never two of them.
    func createAlias(_ request: AdminRequest<NewAlias>) async throws -> Alias {
        let new = request.body
        let targets = Set(new.targets)
        guard (1...NewAlias.maximumTargets).contains(targets.count) else {
            throw AdminError(.invalid, "An alias has 1 to \(NewAlias.maximumTargets) targets.")
        }
        let tenant = try await change { transaction in
            let keys = try await lockDomain(new.address.domain, in: transaction)
            try await requireRoom(for: .aliases, of: keys.tenant, in: transaction)
            let place = GroupPlace(tenant: keys.tenant, domain: keys.domain, localPart: new.address.localPart)
            try await refuseUsed(new.address.text, localPart: new.address.localPart, at: keys, as: .alias, in: transaction)
            _ = try await transaction.query(
                "INSERT INTO aliases (tenant_id, domain_id, local_part, target) SELECT $1, $2, $3, unnest($4::text[])",
                place.parameters + [.textArray(targets.map(\.text))])
            try await refuseDeepGroups(above: place, in: transaction)
            return keys.tenant
        }
        directoryChanged(of: tenant)
        return try await alias(new.address)
    }
}
