/// Kinds of names that the shell completes. `GET /names?kind=…&prefix=…`, with `&of=…` for those of one domain or user.
public enum NameKind: String, Codable, Sendable, CaseIterable {
    case tenants, domains, domainAliases
    /// Domains and their aliases together.
    case domainNames
    /// Domains that are claimed.
    case claims
    /// Of users and shared mailboxes.
    case addresses
    case aliases, groups, mailboxes
    /// Tenants, domains and addresses together.
    case quotaTargets
    case workers, queued, plans
    /// What is deleted and kept.
    case deletedTenants, deletedDomains, deletedAddresses, deletedAliases, deletedGroups
    /// What legal holds are on.
    case held
    /// Of those who administer.
    case administrators
    case certificates
    /// Accounts, addresses and networks with wrong logins.
    case wrongLogins
    /// Numbers of applies, which can be undone.
    case applies
    /// Of the DKIM keys of a domain or domain alias.
    case selectors
    /// Devices of a user.
    case appPasswords
}

/// Names that begin with the prefix, in order; at most `maximum` of them.
public struct NameList: Codable, Sendable, Hashable {
    public var names: [String]
    public static let maximum = 200
    public init(_ names: [String]) { self.names = names }
}
