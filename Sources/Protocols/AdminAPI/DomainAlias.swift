/// A further name of a domain: every address under it is that under the domain's own name.
public struct DomainAlias: Codable, Sendable, Hashable {
    public var name: DomainName
    /// Whose name it is; itself no alias.
    public var domain: DomainName

    public init(name: DomainName, domain: DomainName) { (self.name, self.domain) = (name, domain) }
}
