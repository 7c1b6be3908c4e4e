import AdminAPI

extension Provisioning {
    /// `domain list`.
    func listDomains(_ request: AdminRequest<Nothing>) async throws -> [Domain] {
        let tenant = try await filters(of: request).tenant
        return try await domains(tenant: tenant)
    }

    /// `domain show`.
    func showDomain(_ request: AdminRequest<Nothing>) async throws -> Domain { try await currentDomain(request.path.require("name")) }
}
