import AdminAPI
import Postgres
import Supervision

extension Provisioning {
    /// `session list`: of a user, a domain, a tenant, or all that the caller administers.
    func listSessions(_ request: AdminRequest<Nothing>) async throws -> [UserSession] {
        let target: QuotaTarget? = try request.query.optional("target")
        return try await live(target ?? request.caller.part?.target).compactMap { entry, tenant in
            guard let service = MailService(rawValue: entry.service.rawValue) else { return nil }
            return UserSession(
                address: try EmailAddress(entry.address), tenant: tenant, service: service, client: entry.client,
                isEncrypted: entry.isEncrypted, since: Timestamp(secondsSince1970: entry.since))
        }
    }

    /// `session end`: the client may log in again, if it still has a password that is good.
    func endSessions(_ request: AdminRequest<Nothing>) async throws -> EndedSessions {
        let target: QuotaTarget = try request.path.require("target")
        let ending = try await live(target).map(\.0)
        let reason = "Your administrator ended this session"
        if case .tenant(let name) = target {
            endSessions(tenant: try await tenant(name).id, user: nil, reason: reason)
        } else {
            let users = Dictionary(ending.map { ($0.user, $0.tenant) }) { first, _ in first }
            for (user, tenant) in users { endSessions(tenant: tenant, user: user, reason: reason) }
        }
        return EndedSessions(target: target, ended: ending.count)
    }

    private func live(_ target: QuotaTarget?) async throws -> [(LiveSession, TenantName)] {
        var tenant: Int64?, user: Int64?, domain: DomainName?
        switch target {
        case nil: break
        case .tenant(let name): tenant = try await self.tenant(name).id
        case .domain(let name):
            domain = name
            tenant = try await self.tenant(try await self.domain(name).tenant).id
        case .user(let address):
            let keys = try await change { transaction in try await find(address, in: transaction) }
            (tenant, user) = (keys.tenant, keys.user)
        }
        let names = Dictionary(uniqueKeysWithValues: try await tenants().map { ($0.id, $0.name) })
        let all = try await liveSessions.all(tenant: tenant, user: user) + accountSessions.live(tenant: tenant, user: user)
        return all.compactMap { entry in
            guard let name = names[entry.tenant], domain == nil || entry.address.hasSuffix("@\(domain?.text ?? "")") else { return nil }
            return (entry, name)
        }
    }
}

extension AdministeredPart {
    var target: QuotaTarget { domainName.map { .domain($0) } ?? .tenant(tenantName) }
}