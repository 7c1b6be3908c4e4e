import AdminAPI

extension Provisioning {
    /// `alias list`.
    func listAliases(_ request: AdminRequest<Nothing>) async throws -> [Alias] {
        let tenant: TenantName? = try request.query.optional("tenant")
        let domain: DomainName? = try request.query.optional("domain")
        try await checkFilters(tenant: tenant, domain: domain)
        return try await aliases(domain: domain, tenant: tenant)
    }

    /// `alias show`.
    func showAlias(_ request: AdminRequest<Nothing>) async throws -> Alias { try await alias(request.path.require("address")) }
}
