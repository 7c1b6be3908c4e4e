/// Why the store did not do what it was asked. The roles put each into their protocol's words.
public enum StoreError: Error, Sendable, Equatable {
    /// Another worker took this tenant's lease: nothing more may be written here. The process ends.
    case leaseLost
    /// The database or the disk does not answer; trying again later can help. The reason is for the log.
    case unavailable(reason: String)
    case overQuota(QuotaRefusal)
    case noSuchUser
    case noSuchMailbox
    /// CREATE or RENAME onto a name that is taken.
    case mailboxExists
    /// A name that cannot be: empty, too long, an empty level, a control character.
    case invalidMailboxName
    /// Not with this mailbox: deleting INBOX, renaming a mailbox into itself.
    case notPermitted(reason: String)
    /// A documented limit was reached; see `StoreLimits`.
    case limitReached(reason: String)
    /// A stored message cannot be read back. The place is for the log.
    case damaged(place: String)
    /// Another POP3 session has the maildrop (RFC 1939 §4).
    case maildropLocked
}

/// Limits of what the store keeps.
public enum StoreLimits {
    /// Octets of a mailbox name in UTF-8.
    public static let mailboxName = 1000
    /// Levels of hierarchy in a mailbox name.
    public static let mailboxDepth = 32
    public static let mailboxesPerUser = 10_000
    public static let subscriptionsPerUser = 10_000
    /// Keywords of one message, and octets of one keyword.
    public static let keywordsPerMessage = 100
    public static let keyword = 255
    /// Different keywords of a mailbox's messages, different combinations of them, and keywords in all combinations together.
    public static let keywordsPerMailbox = 1000, keywordSetsPerMailbox = 65_000, keywordSetMembersPerMailbox = 200_000
    /// Messages of one copying of what legal holds keep: they become one transaction.
    public static let messagesPerHeldCopy: Int64 = 100_000
    /// Aliases and groups that lead to others, inside one tenant.
    public static let aliasDepth = 10
    /// Addresses that one address may lead to.
    public static let aliasTargets = 1000
    /// The same for an address that leads there through groups, and with all addresses on the way.
    public static let groupTargets = 5000
}
