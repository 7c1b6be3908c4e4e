import AdminAPI

extension Provisioning {
    /// `domain dns`: of an alias too, whose records are its own.
    func domainRecords(_ request: AdminRequest<Nothing>) async throws -> [DNSRecord] {
        let name: DomainName = try request.path.require("name")
        if try await domain(aliased: name) == nil { _ = try await domain(name) }
        if let host: DomainName = try request.query.optional("host"), host.text != facts.hostname {
            return DomainRecords.needed(by: name, host: host.text, keys: try await dkimKeys(of: name))
        }
        return try await records(of: name)
    }

    /// What the zone of a domain, and that of this host, should have.
    func records(of name: DomainName) async throws -> [DNSRecord] {
        let keys = try await dkimKeys(of: name)
        return DomainRecords.needed(
            by: name, host: facts.hostname, ports: DomainRecords.ports(of: facts.listeners),
            keyDigest: certificates.keyDigest(shownFor: facts.hostname), keys: keys)
    }
}
