import AdminAPI

extension Provisioning {
    /// `tenant suspend`: in whole or in part.
    func suspendTenant(_ request: AdminRequest<SuspensionChange>) async throws -> Tenant {
        let changed = try await change(SuspensionChange.suspending, request.body, ofTenant: request.path.require("name"))
        await domainsChanged()
        if request.body.concernsLogins {
            endSessions(tenant: changed.tenant, user: nil, reason: SuspensionChange.goodbye(changed.reason))
        }
        return try await tenant(request.path.require("name"))
    }

    /// `tenant resume`.
    func resumeTenant(_ request: AdminRequest<SuspensionChange>) async throws -> Tenant {
        _ = try await change(SuspensionChange.resuming, request.body, ofTenant: request.path.require("name"))
        await domainsChanged()
        return try await tenant(request.path.require("name"))
    }

    private func change(
        _ assignment: String, _ new: SuspensionChange, ofTenant name: TenantName
    ) async throws -> (tenant: Int64, reason: SuspensionReason?) {
        try new.check()
        let changed = try await database.query(
            "UPDATE tenants SET \(assignment) WHERE name = $3 RETURNING tenant_id, suspension_reason", new.parameters + [.text(name.text)])
        guard let row = changed.first else { throw AdminError.noTenant(name) }
        let id = try row.int8(0)
        directoryChanged(of: id)
        return (id, try row.reason(1))
    }
}
