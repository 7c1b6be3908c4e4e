import AdminAPI

extension Provisioning {
    /// `user list`.
    func listUsers(_ request: AdminRequest<Nothing>) async throws -> [User] {
        let tenant: TenantName? = try request.query.optional("tenant")
        let domain: DomainName? = try request.query.optional("domain")
        try await checkFilters(tenant: tenant, domain: domain)
        return try await users(domain: domain, tenant: tenant)
    }

    /// `user show`.
    func showUser(_ request: AdminRequest<Nothing>) async throws -> User { try await currentUser(request.path.require("address")) }
}
