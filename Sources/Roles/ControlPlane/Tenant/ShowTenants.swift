import AdminAPI

extension Provisioning {
    /// `tenant list`.
    func listTenants(_ request: AdminRequest<Nothing>) async throws -> [Tenant] {
        try await tenants().map { $0.shown(to: request.caller) }
    }

    /// `tenant show`.
    func showTenant(_ request: AdminRequest<Nothing>) async throws -> Tenant {
        try await currentTenant(request.path.require("name")).shown(to: request.caller)
    }
}

extension Tenant {
    /// To its own administrators without the number, which tells how many others there are.
    fileprivate func shown(to caller: AdminCaller) -> Tenant {
        var tenant = self
        if caller.part != nil { tenant.id = 0 }
        return tenant
    }
}
