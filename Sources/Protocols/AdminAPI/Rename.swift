/// Another address for a user, in any domain of the same tenant. Mail, UIDs and passwords stay; aliases that led to the old address lead to
/// the new one.
public struct UserRename: Codable, Sendable, Hashable {
    public var address: EmailAddress
    /// The old address becomes an alias of the new one.
    public var keepAlias: Bool

    public init(address: EmailAddress, keepAlias: Bool) { (self.address, self.keepAlias) = (address, keepAlias) }
}

/// Another name for a domain, and so for all its addresses.
public struct DomainRename: Codable, Sendable, Hashable {
    public var name: DomainName
    /// The old name becomes an alias of the new one.
    public var keepAlias: Bool

    public init(name: DomainName, keepAlias: Bool) { (self.name, self.keepAlias) = (name, keepAlias) }
}
