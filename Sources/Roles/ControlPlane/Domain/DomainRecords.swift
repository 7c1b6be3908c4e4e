import AdminAPI
import MailSettings

extension Provisioning {
    /// `domain dns`: of an alias too, whose records are its own.
    func domainRecords(_ request: AdminRequest<Nothing>) async throws -> [DNSRecord] {
        let name: DomainName = try request.path.require("name")
        let domain = try await self.domain(underAnyName: name)
        if let host: DomainName = try request.query.optional("host"), host.text != facts.hostname {
            return DomainRecords.needed(by: name, host: host.text, keys: try await dkimKeys(of: name))
        }
        return try await records(of: name, policy(domain.mtaSTS))
    }

    func domain(underAnyName name: DomainName) async throws -> Domain { try await domain(await domain(aliased: name) ?? name) }

    /// What the zone of a domain, and that of this host, should have.
    func records(of name: DomainName, _ policy: MTASTSPolicy) async throws -> [DNSRecord] {
        let keys = try await dkimKeys(of: name)
        return DomainRecords.needed(
            by: name, host: facts.hostname, ports: DomainRecords.ports(of: facts.listeners), webPort: facts.web.port,
            policyID: try policy.id(), keyDigest: certificates.keyDigest(shownFor: facts.hostname), keys: keys)
    }
}
