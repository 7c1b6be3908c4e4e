import AdminAPI
import Postgres

extension Provisioning {
    /// `quota show`: the target's level, then those above it, which bind too.
    func showQuota(_ request: AdminRequest<Nothing>) async throws -> QuotaReport { try await quotaReport(request.path.require("target")) }

    func quotaReport(_ target: QuotaTarget) async throws -> QuotaReport {
        var levels: [QuotaStanding] = []
        let owner: TenantName
        switch target {
        case .tenant(let name):
            owner = name
            await workers.commitRows(of: owner)
        case .domain(let name):
            let domain = try await currentDomain(name)
            levels.append(standing(of: domain))
            owner = domain.tenant
        case .user(let address):
            let user = try await currentUser(address)
            let source = try await limits(of: target).storageSource
            levels.append(
                QuotaStanding(
                    level: .user, name: user.address.text, limits: user.quota, source: source, own: .user(user.address), usage: user.usage))
            levels.append(standing(of: try await domain(address.domain)))
            owner = user.tenant
        }
        let tenant = try await tenant(owner)
        let source = try await limits(of: .tenant(owner)).storageSource
        levels.append(
            QuotaStanding(
                level: .tenant, name: tenant.name.text, limits: tenant.quota, source: source, own: .tenant(tenant.name),
                usage: tenant.usage))
        return QuotaReport(target: target, levels: levels, notices: try await notices(on: levels, of: owner))
    }

    private func standing(of domain: Domain) -> QuotaStanding {
        let source = domain.quota.bytes == nil ? LimitSource.nobody : .domain(domain.name)
        return QuotaStanding(
            level: .domain, name: domain.name.text, limits: domain.quota, source: source, own: .domain(domain.name), usage: domain.usage)
    }
}

/// With usage as of now. Lists show what the tables hold, which may lack the mail of the last seconds.
extension Provisioning {
    func currentUser(_ address: EmailAddress) async throws -> User {
        await workers.commitRows(of: try await user(address).tenant)
        return try await user(address)
    }

    func currentDomain(_ name: DomainName) async throws -> Domain {
        await workers.commitRows(of: try await domain(name).tenant)
        return try await domain(name)
    }

    func currentTenant(_ name: TenantName) async throws -> Tenant {
        await workers.commitRows(of: name)
        return try await tenant(name)
    }
}
