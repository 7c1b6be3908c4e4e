import AdminAPI

extension Provisioning {
    /// `tenant suspend`: nobody of the tenant logs in or sends; mail for it waits at its senders.
    func suspendTenant(_ request: AdminRequest<Nothing>) async throws -> Tenant {
        let id = try await setState("suspended", ofTenant: request.path.require("name"))
        await domains.push()
        endSessions(tenant: id, user: nil, reason: "This account is suspended; please ask your administrator")
        return try await tenant(request.path.require("name"))
    }

    /// `tenant resume`.
    func resumeTenant(_ request: AdminRequest<Nothing>) async throws -> Tenant {
        _ = try await setState("active", ofTenant: request.path.require("name"))
        await domains.push()
        return try await tenant(request.path.require("name"))
    }

    private func setState(_ state: String, ofTenant name: TenantName) async throws -> Int64 {
        let changed = try await database.query(
            "UPDATE tenants SET state = $1 WHERE name = $2 RETURNING tenant_id", [.text(state), .text(name.text)])
        guard let id = try changed.first?.int8(0) else { throw AdminError.noTenant(name) }
        directoryChanged(of: id)
        return id
    }
}
