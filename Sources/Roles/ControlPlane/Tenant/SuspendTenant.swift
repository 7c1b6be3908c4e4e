import AdminAPI

extension Provisioning {
    /// `tenant suspend`: in whole or in part.
    func suspendTenant(_ request: AdminRequest<SuspensionChange>) async throws -> Tenant {
        let id = try await change(SuspensionChange.suspending, request.body, ofTenant: request.path.require("name"))
        await domainsChanged()
        if request.body.concernsLogins { endSessions(tenant: id, user: nil, reason: request.body.goodbye) }
        return try await tenant(request.path.require("name"))
    }

    /// `tenant resume`.
    func resumeTenant(_ request: AdminRequest<SuspensionChange>) async throws -> Tenant {
        _ = try await change(SuspensionChange.resuming, request.body, ofTenant: request.path.require("name"))
        await domainsChanged()
        return try await tenant(request.path.require("name"))
    }

    private func change(_ assignment: String, _ new: SuspensionChange, ofTenant name: TenantName) async throws -> Int64 {
        let changed = try await database.query(
            "UPDATE tenants SET \(assignment) WHERE name = $3 RETURNING tenant_id", new.parameters + [.text(name.text)])
        guard let id = try changed.first?.int8(0) else { throw AdminError.noTenant(name) }
        directoryChanged(of: id)
        return id
    }
}
