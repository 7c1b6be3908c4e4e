/// What a plan limits. In JSON by its name.
public enum LimitName: String, Codable, Sendable, CaseIterable {
    /// How many a tenant may have.
    case users, domains, aliases
    /// Octets that a tenant may store.
    case storage
    /// Octets that a user may store who has no quota of their own.
    case userQuota
    /// Octets that a user may be given at most.
    case largestUserQuota
    /// Octets of a message that a user receives or sends; `messageSize` of the configuration binds too.
    case messageSize
    /// Recipients that a user may send to within an hour from the first, and a day.
    case recipientsPerHour, recipientsPerDay
    /// What users may log in to.
    case protocols
    /// Days that what is deleted is kept; `deletedKeptDays` of the configuration where nobody says it.
    case keptDays
    /// Days that a message stays in a mailbox for trash, or for junk, from when it came into it.
    case trashDays, junkDays

    public enum Kind: Sendable { case count, octets, services }

    public var kind: Kind {
        switch self {
        case .users, .domains, .aliases, .recipientsPerHour, .recipientsPerDay, .keptDays, .trashDays, .junkDays: .count
        case .storage, .userQuota, .largestUserQuota, .messageSize: .octets
        case .protocols: .services
        }
    }

    /// For whom it can be overridden. Quotas that somebody has are set with `quota set`.
    public var overridden: Set<QuotaLevel> {
        switch self {
        case .users, .domains, .aliases, .userQuota, .largestUserQuota, .keptDays: [.tenant]
        case .storage: []
        case .messageSize, .recipientsPerHour, .recipientsPerDay, .trashDays, .junkDays, .protocols: [.tenant, .user]
        }
    }

    /// As an option of the shell, and for people: `largest-user-quota`.
    public var words: String { rawValue.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined() }
}
