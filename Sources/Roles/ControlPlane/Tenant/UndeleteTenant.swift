import AdminAPI
import Postgres

extension Provisioning {
    /// `tenant undelete`: with all domains that were deleted with it; those that had been deleted before stay deleted.
    func undeleteTenant(_ request: AdminRequest<Nothing>) async throws -> Tenant {
        let name: TenantName = try request.path.require("name")
        guard let id = try await keptTenant(name) else {
            throw AdminError(.notFound, "There is no deleted tenant \(name).", hint: "`deleted list` shows what is kept.")
        }
        var isOpen = false
        do {
            try await change { transaction in
                try await undelete(id, called: name, in: transaction)
                try await reopen(id, called: name, isOpen: &isOpen, in: transaction)
            }
        } catch {
            if isOpen { await closeUnlessThere(id, called: name) }
            openMissingDoors(of: name, after: error)
            throw error
        }
        await domainsChanged()
        return try await tenant(name)
    }

    /// Its rows.
    func undelete(_ tenant: Int64, called name: TenantName, in transaction: PostgresTransaction) async throws {
        try await showDeleted(in: transaction)
        // `planned` is set anew by a trigger: the plan may have changed meanwhile.
        let ended = try await transaction.query(
            "UPDATE tenants SET \(DeletionWish.ending), planned = planned WHERE tenant_id = $1 AND deleted_at IS NOT NULL", [.int8(tenant)])
        guard ended.affected == 1 else {
            throw AdminError(.conflict, "The tenant \(name) was brought back, or destroyed, at the same moment.")
        }
        _ = try await transaction.query(
            """
            UPDATE domains SET \(DeletionWish.ending), deleted_with_tenant = false WHERE tenant_id = $1 AND deleted_with_tenant
            """, [.int8(tenant)])
    }

    /// Its SQL role and its doors. Last in the transaction: a tenant whose doors cannot be opened stays deleted. Nobody comes before its
    /// domains are known.
    /// - Parameter isOpen: that it was done before, and the transaction is made again.
    func reopen(_ tenant: Int64, called name: TenantName, isOpen: inout Bool, in transaction: PostgresTransaction) async throws {
        if !isOpen { try requireClosedDoors(of: tenant, called: name) }
        // A database that was restored has the roles of those tenants alone that were not deleted.
        try await roles.make(for: tenant, in: transaction)
        if !isOpen, !isRehearsal { try workers.add(tenant, name: name) }
        isOpen = !isRehearsal
    }

    /// The end of the transaction was not heard of, or it had none: it may be there nevertheless.
    func closeUnlessThere(_ tenant: Int64, called name: TenantName) async {
        guard (try? await tenants(named: name))?.isEmpty != false else { return }
        await workers.close(tenant)
        workers.forget(tenant)
    }
}
