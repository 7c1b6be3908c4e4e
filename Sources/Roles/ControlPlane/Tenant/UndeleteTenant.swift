import AdminAPI
import Postgres

extension Provisioning {
    /// `tenant undelete`: with all domains that were deleted with it; those that had been deleted before stay deleted.
    func undeleteTenant(_ request: AdminRequest<Nothing>) async throws -> Tenant {
        let name: TenantName = try request.path.require("name")
        guard let id = try await keptTenant(name) else {
            throw AdminError(.notFound, "There is no deleted tenant \(name).", hint: "`deleted list` shows what is kept.")
        }
        guard !workers.hasDoors(of: id) else {
            throw AdminError(.conflict, "The tenant \(name) is being deleted at this moment.", hint: "Try again in a few seconds.")
        }
        try await change { transaction in
            try await showDeleted(in: transaction)
            // `planned` is set anew by a trigger: the plan may have changed meanwhile.
            let ended = try await transaction.query(
                "UPDATE tenants SET \(DeletionWish.ending), planned = planned WHERE tenant_id = $1 AND deleted_at IS NOT NULL", [.int8(id)])
            guard ended.affected == 1 else {
                throw AdminError(.conflict, "The tenant \(name) was brought back, or destroyed, at the same moment.")
            }
            // A database that was restored has the roles of those tenants alone that were not deleted.
            try await roles.make(for: id, in: transaction)
            _ = try await transaction.query(
                """
                UPDATE domains SET \(DeletionWish.ending), deleted_with_tenant = false WHERE tenant_id = $1 AND deleted_with_tenant
                """, [.int8(id)])
        }
        try workers.add(id, name: name)
        await domainsChanged()
        return try await tenant(name)
    }
}
