import AdminAPI

extension Provisioning {
    /// `user list`.
    func listUsers(_ request: AdminRequest<Nothing>) async throws -> [User] {
        let (tenant, domain) = try await filters(of: request)
        return try await users(domain: domain, tenant: tenant)
    }

    /// `user show`.
    func showUser(_ request: AdminRequest<Nothing>) async throws -> User { try await currentUser(request.path.require("address")) }
}
