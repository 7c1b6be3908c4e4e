import AdminAPI

extension Provisioning {
    /// `user list`.
    func listUsers(_ request: AdminRequest<Nothing>) async throws -> [User] {
        let (tenant, domain) = try await filters(of: request)
        return try await users(domain: domain, tenant: tenant, shared: false)
    }

    /// `user show`.
    func showUser(_ request: AdminRequest<Nothing>) async throws -> User {
        var user = try await currentUser(request.path.require("address"))
        guard user.shared != true else {
            throw AdminError(
                .conflict, "\(user.address) is a shared mailbox.", hint: "`mailbox show \(user.address)` shows it.")
        }
        user.lastLogin = try await lastLogins(of: keys(of: user.address), atMost: 1).first?.last
        return user
    }
}
