import AdminAPI
import Postgres

extension Provisioning {
    /// `quota show`: the target's level, then those above it, which bind too.
    func showQuota(_ request: AdminRequest<Nothing>) async throws -> QuotaReport { try await quotaReport(request.path.require("target")) }

    func quotaReport(_ target: QuotaTarget) async throws -> QuotaReport {
        var levels: [QuotaStanding] = []
        let owner: TenantName
        switch target {
        case .tenant(let name): owner = name
        case .domain(let name):
            let domain = try await domain(name)
            levels.append(standing(of: domain))
            owner = domain.tenant
        case .user(let address):
            let user = try await user(address)
            levels.append(QuotaStanding(level: .user, name: user.address.text, limits: user.quota, usage: user.usage))
            levels.append(standing(of: try await domain(address.domain)))
            owner = user.tenant
        }
        let tenant = try await tenant(owner)
        levels.append(QuotaStanding(level: .tenant, name: tenant.name.text, limits: tenant.quota, usage: tenant.usage))
        return QuotaReport(target: target, levels: levels, notices: try await notices(on: levels, of: owner))
    }

    private func standing(of domain: Domain) -> QuotaStanding {
        QuotaStanding(level: .domain, name: domain.name.text, limits: domain.quota, usage: domain.usage)
    }
}
