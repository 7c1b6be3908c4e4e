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
            let place: [PostgresValue] = [.int8(keys.tenant), .int8(keys.domain), .text(new.address.localPart)]
            let users = try await transaction.query(
                "SELECT 1 FROM users WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3", place)
            guard users.isEmpty else { throw AdminError(.alreadyExists, "\(new.address) is a user.", hint: "Choose another address.") }
            let groups = try await transaction.query(
                "SELECT 1 FROM groups WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3", place)
            guard groups.isEmpty else { throw AdminError.isGroup(new.address.text) }
            let aliases = try await transaction.query(
                "SELECT 1 FROM aliases WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3 LIMIT 1", place)
            guard aliases.isEmpty else {
                throw AdminError(
                    .alreadyExists, "The alias \(new.address) exists already.", hint: "Delete it first to give it other targets.")
            }
            _ = try await transaction.query(
                "INSERT INTO aliases (tenant_id, domain_id, local_part, target) SELECT $1, $2, $3, unnest($4::text[])",
                place + [.textArray(targets.map(\.text))])
            return keys.tenant
        }
        directoryChanged(of: tenant)
        return try await alias(new.address)
    }
}
