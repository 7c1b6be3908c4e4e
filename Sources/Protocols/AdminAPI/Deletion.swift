/// The answer to a deletion.
public struct Deletion: Codable, Sendable, Hashable {
    /// Whether it is destroyed; else it can be brought back.
    public var destroyed: Bool
    /// When it will be destroyed; nil: when somebody says so.
    public var keptUntil: Timestamp?
    /// Of a user: aliases, groups and users' forwards that lead to the address, and stay; the first hundred. nil: none does.
    public var leading: [AliasAddress]?

    public static let destroyed = Deletion(destroyed: true, keptUntil: nil)

    public init(destroyed: Bool, keptUntil: Timestamp?) { (self.destroyed, self.keptUntil) = (destroyed, keptUntil) }
}

/// What can be deleted and kept; a shared mailbox as the user that it is.
public enum KeptLevel: String, Codable, Sendable, CaseIterable { case tenant, domain, user, alias, group }

/// Something that is deleted and kept.
public struct KeptDeletion: Codable, Sendable, Hashable {
    public var level: KeptLevel
    /// The tenant's name, the domain, or the address.
    public var name: String
    public var tenant: TenantName
    public var deletedAt: Timestamp
    /// nil: until somebody says otherwise.
    public var keptUntil: Timestamp?
    /// Who deleted it; nil: nobody knows any more.
    public var deletedBy: String?
    /// What is stored, which counts for nobody while it is kept; nothing of aliases and groups.
    public var usage: Usage
    /// Whether a legal hold keeps it longer than that.
    public var held: Bool

    public init(
        level: KeptLevel, name: String, tenant: TenantName, deletedAt: Timestamp, keptUntil: Timestamp?, deletedBy: String?, usage: Usage,
        held: Bool
    ) {
        (self.level, self.name, self.tenant, self.deletedAt, self.keptUntil) = (level, name, tenant, deletedAt, keptUntil)
        (self.deletedBy, self.usage, self.held) = (deletedBy, usage, held)
    }
}

/// The answer to `alias undelete`.
public struct UndeletedAlias: Codable, Sendable, Hashable {
    public var alias: Alias
    /// Addresses that it led to and that are gone by now.
    public var leftOut: [TargetAddress]

    public init(alias: Alias, leftOut: [TargetAddress]) { (self.alias, self.leftOut) = (alias, leftOut) }
}

/// The answer to `group undelete`.
public struct UndeletedGroup: Codable, Sendable, Hashable {
    public var group: Group
    /// Members and owners who are gone by now.
    public var leftOut: [TargetAddress]

    public init(group: Group, leftOut: [TargetAddress]) { (self.group, self.leftOut) = (group, leftOut) }
}

/// The body of `POST /users/{address}/undelete`.
public struct UserUndeletion: Codable, Sendable, Hashable {
    /// Another address for the user, where somebody else has the old one; left out: the old one.
    public var address: EmailAddress?

    public init(address: EmailAddress? = nil) { self.address = address }
}
