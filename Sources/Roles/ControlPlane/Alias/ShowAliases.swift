import AdminAPI

extension Provisioning {
    /// `alias list`.
    func listAliases(_ request: AdminRequest<Nothing>) async throws -> [Alias] {
        let (tenant, domain) = try await filters(of: request)
        return try await aliases(domain: domain, tenant: tenant)
    }

    /// `alias show`.
    func showAlias(_ request: AdminRequest<Nothing>) async throws -> Alias { try await alias(request.path.require("address")) }
}
