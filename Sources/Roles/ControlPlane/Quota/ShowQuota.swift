import AdminAPI
import Postgres

extension Provisioning {
    /// `quota show`: the target's level, then those above it, which bind too.
    func showQuota(_ request: AdminRequest<Nothing>) async throws -> QuotaReport { try await quotaReport(request.path.require("target")) }

    func quotaReport(_ target: QuotaTarget) async throws -> QuotaReport {
        var levels: [QuotaStanding] = []
        let owner: TenantName
        var domain: Domain?
        switch target {
        case .tenant(let name):
            owner = name
            await workers.commitRows(of: owner)
        case .domain(let name):
            let found = try await currentDomain(name)
            (domain, owner) = (found, found.tenant)
        case .user(let address):
            let user = try await currentUser(address)
            let source = try await limits(of: target).storageSource
            levels.append(
                QuotaStanding(
                    level: .user, name: user.address.text, limits: user.quota, source: source, own: .user(user.address), usage: user.usage))
            domain = try await self.domain(address.domain)
            owner = user.tenant
        }
        let tenant = try await tenant(owner)
        if let domain {
            let kept = try await keptMail(of: tenant.id, in: domain.name)
            let source = domain.quota.bytes == nil ? LimitSource.nobody : .domain(domain.name)
            levels.append(
                QuotaStanding(
                    level: .domain, name: domain.name.text, limits: domain.quota, source: source, own: .domain(domain.name),
                    usage: domain.usage, kept: kept))
        }
        let source = try await limits(of: .tenant(owner)).storageSource
        levels.append(
            QuotaStanding(
                level: .tenant, name: tenant.name.text, limits: tenant.quota, source: source, own: .tenant(tenant.name),
                usage: tenant.usage, kept: tenant.kept))
        return QuotaReport(target: target, levels: levels, notices: try await notices(on: levels, of: owner))
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
