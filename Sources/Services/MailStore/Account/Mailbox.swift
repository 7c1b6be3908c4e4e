import Runtime

/// A mailbox of an account: its row, kept true in memory, and ahead of the database by what the blob log holds.
@EventLoopActor
public final class Mailbox {
    /// Unique in its tenant for ever; MAILBOXID (RFC 8474 §4.1).
    public let id: Int64
    /// Whose it is, and whose quotas its messages count for.
    public let user: Int64
    public internal(set) var name: String
    /// `\Drafts`, `\Sent`, `\Junk`, `\Trash`, `\Archive`, … or nil.
    public internal(set) var specialUse: String?
    /// The mailbox's id: so a name that is used again never shows UIDs that meant other messages.
    public let uidValidity: UInt32
    public private(set) var uidNext: UID
    public private(set) var highestModSeq: ModSeq
    /// Of the last change that was more than messages coming in.
    private(set) var editedModSeq: ModSeq
    /// It was deleted; whoever still holds it can do nothing with it.
    public internal(set) var isGone = false
    /// Messages from this UID on are `\Recent` to the next session that selects the mailbox.
    var recentUID: UID
    /// Its messages, while anybody holds them.
    weak var state: MailboxState?
    var loading: MailboxLoading?
    /// What the database counted in it, kept true while nobody holds the messages: without them only arrivals change it.
    private(set) var counted: MailboxStatus?
    /// Grows with whatever makes an earlier count untrue.
    private(set) var countGeneration = 0
    /// A transaction under way takes UIDs or change numbers here, so the log gives none.
    var isHeld = false

    /// The next UID and the last change number that the log has given, also to messages that are not durable yet.
    private var nextToAssign: UID
    private var lastAssigned: ModSeq
    /// The counters in the database: another worker begins where they are, or `UncleanEnds.margin` behind.
    private var committedUIDNext: UID
    private var committedModSeq: ModSeq
    /// The counters are on their way into the database, so that the log can give more numbers.
    var isCatchingUp = false
    /// Messages that came while the others were being read; nil at other times.
    private var early: [MailboxState.Arrival]?
    /// Messages whose octets were moved while they were being read.
    private var earlyRelocations: [Relocation] = []

    init(
        id: Int64, user: Int64, name: String, specialUse: String?, uidValidity: UInt32, uidNext: UID, highestModSeq: ModSeq,
        editedModSeq: ModSeq = 1, recentUID: UID
    ) {
        self.id = id
        self.user = user
        self.name = name
        self.specialUse = specialUse
        self.uidValidity = uidValidity
        self.uidNext = uidNext
        self.highestModSeq = highestModSeq
        self.editedModSeq = editedModSeq
        self.recentUID = recentUID
        nextToAssign = uidNext
        lastAssigned = highestModSeq
        committedUIDNext = uidNext
        committedModSeq = highestModSeq
    }

    // MARK: Numbers

    /// Whether the log may give so many UIDs and a change number before the database knows of those that it has given.
    func mayGoAhead(by count: Int) -> Bool {
        UInt64(nextToAssign) + UInt64(count) <= UInt64(committedUIDNext) + UInt64(UncleanEnds.margin)
            && lastAssigned < committedModSeq + UInt64(UncleanEnds.margin)
    }

    /// Whether the log has given numbers of which the database does not know.
    var isBehind: Bool { nextToAssign > committedUIDNext || lastAssigned > committedModSeq }

    func hasRoom(for count: Int) -> Bool { UInt64(nextToAssign) + UInt64(count) < UInt64(UID.max) }

    /// The UID is used up even if its message does not become durable. `hasRoom` said yes.
    func assignUID() -> UID {
        defer { nextToAssign += 1 }
        return nextToAssign
    }

    func assignModSeq() -> ModSeq {
        lastAssigned += 1
        return lastAssigned
    }

    /// What is durable: the numbers that clients may see.
    func advance(uidNext next: UID, modSeq: ModSeq) {
        uidNext = max(uidNext, next)
        highestModSeq = max(highestModSeq, modSeq)
        nextToAssign = max(nextToAssign, uidNext)
        lastAssigned = max(lastAssigned, highestModSeq)
    }

    /// What is in the database.
    func commit(_ counters: WriteBatch.Counters) {
        advance(uidNext: counters.uidNext, modSeq: counters.modSeq)
        editedModSeq = max(editedModSeq, counters.edited)
        committedUIDNext = max(committedUIDNext, counters.uidNext)
        committedModSeq = max(committedModSeq, counters.modSeq)
    }

    /// While the log pauses: the counters as they must be for all that it has given, also to messages that did not become durable.
    var assigned: (uidNext: UID, modSeq: ModSeq) { (nextToAssign, lastAssigned) }

    // MARK: Messages

    /// Shows messages that came in: to the sessions that have the mailbox selected, or to those that wait for it.
    func show(_ arrivals: [MailboxState.Arrival]) {
        if let state { return state.insert(arrivals) }
        early?.append(contentsOf: arrivals)
        countGeneration += 1
        for arrival in arrivals { counted?.add(arrival.message, recentFrom: recentUID) }
    }

    /// Octets of its messages lie elsewhere now.
    func relocate(_ relocations: [Relocation]) {
        if let state { return state.relocate(relocations) }
        if early != nil { earlyRelocations += relocations }
    }

    /// - Parameter generation: `countGeneration` before the count began; if it has grown, the count is of no use to others.
    func keep(_ count: MailboxStatus, of generation: Int) {
        if generation == countGeneration, state == nil { counted = count }
    }

    func forgetCount() {
        countGeneration += 1
        counted = nil
    }

    /// From here on, what comes in is kept for `endLoading`.
    func beginLoading() { early = [] }

    /// `loaded`: what the database held at some moment after `beginLoading`; nil when it could not be read.
    func endLoading(_ loaded: MailboxState?) {
        if let loaded {
            state = loaded
            forgetCount()  // who holds the messages can change them
            loaded.insert(early ?? [])
            if !earlyRelocations.isEmpty { loaded.relocate(earlyRelocations) }
        }
        early = nil
        earlyRelocations = []
    }
}
