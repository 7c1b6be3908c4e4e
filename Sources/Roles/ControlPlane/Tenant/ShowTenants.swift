import AdminAPI

extension Provisioning {
    /// `tenant list`.
    func listTenants(_ request: AdminRequest<Nothing>) async throws -> [Tenant] { try await tenants() }

    /// `tenant show`.
    func showTenant(_ request: AdminRequest<Nothing>) async throws -> Tenant { try await currentTenant(request.path.require("name")) }
}
