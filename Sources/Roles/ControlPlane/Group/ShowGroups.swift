import AdminAPI

extension Provisioning {
    /// `group list`.
    func listGroups(_ request: AdminRequest<Nothing>) async throws -> [Group] {
        let (tenant, domain) = try await filters(of: request)
        return try await groups(domain: domain, tenant: tenant)
    }

    /// `group show`.
    func showGroup(_ request: AdminRequest<Nothing>) async throws -> Group { try await group(request.path.require("address")) }
}
