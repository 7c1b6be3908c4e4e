/// What a tenant's worker is to copy: what legal holds keep of users, into new folders of a shared mailbox.
public struct HeldCopy: Codable, Sendable, Equatable {
    public struct Source: Codable, Sendable, Equatable {
        public var user: Int64
        /// The folder that is made for the copies.
        public var folder: String

        public init(user: Int64, folder: String) { (self.user, self.folder) = (user, folder) }
    }

    public var sources: [Source]
    /// The shared mailbox, as a user.
    public var mailbox: Int64
    /// Only messages whose INTERNALDATE is at or after this moment, and before that one: seconds since 1970.
    public var since: Int64?, before: Int64?
    /// Whether to copy also what is in the users' own mailboxes.
    public var includesPresent: Bool
    /// Whether all is checked, and nothing done.
    public var isTrial: Bool

    public init(sources: [Source], mailbox: Int64, since: Int64?, before: Int64?, includesPresent: Bool, isTrial: Bool) {
        (self.sources, self.mailbox, self.since, self.before) = (sources, mailbox, since, before)
        (self.includesPresent, self.isTrial) = (includesPresent, isTrial)
    }
}

/// What became of it: all was copied, or nothing.
public enum HeldCopyOutcome: Codable, Sendable, Equatable {
    public struct Amount: Codable, Sendable, Equatable {
        public var messages: Int64, bytes: Int64

        public init(messages: Int64, bytes: Int64) { (self.messages, self.bytes) = (messages, bytes) }
    }

    /// How much came from each of the sources; no folder is made for nothing.
    case copied([Amount])
    /// A quota has no room for `needed`: that of the mailbox (`user`), its domain or its tenant, as `level` says. Used and limit are
    /// in messages or in octets.
    case overQuota(needed: Amount, level: String, isOfMessages: Bool, used: Int64, limit: Int64)
    /// More messages than one copying takes.
    case tooMany(needed: Amount, limit: Int64)
    /// One of the folders is there already.
    case folderExists
    /// Why not, as a part of a sentence.
    case refused(String)
    /// The mail store did not do it; trying again can help.
    case failed(String)
}
