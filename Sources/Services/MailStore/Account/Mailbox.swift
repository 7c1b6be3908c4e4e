import Runtime

/// A mailbox of an account: its row, kept true in memory.
@EventLoopActor
public final class Mailbox {
    /// Unique in its tenant for ever; MAILBOXID (RFC 8474 §4.1).
    public let id: Int64
    public internal(set) var name: String
    /// `\Drafts`, `\Sent`, `\Junk`, `\Trash`, `\Archive`, … or nil.
    public internal(set) var specialUse: String?
    /// The mailbox's id: so a name that is used again never shows UIDs that meant other messages.
    public let uidValidity: UInt32
    public internal(set) var uidNext: UID
    public internal(set) var highestModSeq: ModSeq
    /// It was deleted; whoever still holds it can do nothing with it.
    public internal(set) var isGone = false
    /// Messages from this UID on are `\Recent` to the next session that selects the mailbox.
    var recentUID: UID
    /// Its messages, while anybody holds them.
    weak var state: MailboxState?
    var loading: Task<Result<MailboxState, StoreError>, Never>?

    init(id: Int64, name: String, specialUse: String?, uidValidity: UInt32, uidNext: UID, highestModSeq: ModSeq, recentUID: UID) {
        self.id = id
        self.name = name
        self.specialUse = specialUse
        self.uidValidity = uidValidity
        self.uidNext = uidNext
        self.highestModSeq = highestModSeq
        self.recentUID = recentUID
    }
}
