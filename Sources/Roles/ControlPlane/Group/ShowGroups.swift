import AdminAPI

extension Provisioning {
    /// `group list`.
    func listGroups(_ request: AdminRequest<Nothing>) async throws -> [Group] {
        let tenant: TenantName? = try request.query.optional("tenant")
        let domain: DomainName? = try request.query.optional("domain")
        try await checkFilters(tenant: tenant, domain: domain)
        return try await groups(domain: domain, tenant: tenant)
    }

    /// `group show`.
    func showGroup(_ request: AdminRequest<Nothing>) async throws -> Group { try await group(request.path.require("address")) }
}
