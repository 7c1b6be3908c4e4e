import BlobStore
import Runtime

/// A message in memory; snapshots keep it octet by octet, so the fields come in an order that leaves no gaps.
struct StoredMessage: BitwiseCopyable {
    var modSeq: ModSeq
    let internalDate: Int64
    let size: Int64
    var blob: BlobReference
    let uid: UID
    /// In the mailbox's `KeywordSets`.
    var keywordSet: KeywordSets.Number = 0
    var flags: MessageFlags

    init(
        uid: UID, modSeq: ModSeq, flags: MessageFlags, keywordSet: KeywordSets.Number = 0, internalDate: Int64, size: Int64,
        blob: BlobReference
    ) {
        (self.uid, self.modSeq, self.flags, self.keywordSet) = (uid, modSeq, flags, keywordSet)
        (self.internalDate, self.size, self.blob) = (internalDate, size, blob)
    }
}

/// The messages of one mailbox, shared by all sessions that have it selected. Always what the database has committed.
@EventLoopActor
final class MailboxState {
    /// A message that comes into the mailbox, keywords spelled out.
    struct Arrival {
        var message: StoredMessage
        let keywords: [String]
    }

    /// New flags of a message.
    struct FlagChangeResult {
        let uid: UID
        let flags: MessageFlags
        let keywords: [String]
    }

    private struct Subscriber {
        weak var selection: Selection?
    }

    let mailbox: Mailbox
    /// Ascending by UID.
    private(set) var messages: [StoredMessage]
    /// The same UIDs once more: selections share this array until it changes.
    private(set) var uids: [UID]
    private var keywordSets = KeywordSets()
    private var subscribers: [Subscriber] = []
    /// The change number up to which the mailbox's snapshot holds what is here; nil without one.
    private(set) var keptModSeq: ModSeq?
    /// Where the message after the last one that was asked for lies: mostly they are asked for one after the other.
    private var expected = 0

    init(mailbox: Mailbox, arrivals: [Arrival]) {
        self.mailbox = mailbox
        messages = []
        uids = []
        messages.reserveCapacity(arrivals.count)
        for arrival in arrivals { messages.append(interned(arrival)) }
        uids = messages.map(\.uid)
    }

    /// - Parameter arrivals: what came in behind the snapshot.
    convenience init(mailbox: Mailbox, snapshot: MailboxSnapshot, arrivals: [Arrival]) {
        self.init(mailbox: mailbox, arrivals: [])
        (messages, uids, keywordSets) = (snapshot.messages, snapshot.uids, snapshot.keywordSets)
        for arrival in arrivals {
            messages.append(interned(arrival))
            uids.append(arrival.message.uid)
        }
        keptModSeq = snapshot.moment.modSeq
    }

    /// What is here, for the next worker.
    func snapshot(under epoch: Int64) -> MailboxSnapshot {
        MailboxSnapshot(
            moment: .init(mailbox: mailbox.id, uidNext: mailbox.uidNext, modSeq: mailbox.highestModSeq, epoch: epoch),
            messages: messages, uids: uids, keywordSets: keywordSets)
    }

    var memory: Int { 1024 + messages.capacity * (MemoryLayout<StoredMessage>.stride + MemoryLayout<UID>.stride) }
    var size: Int64 { messages.reduce(0) { $0 + $1.size } }
    var keywordsInUse: [String] { keywordSets.inUse }

    /// Above every UID that is here. The mailbox's own counter may be behind for a moment, when messages were read whose transaction
    /// has been committed and not yet been applied to memory.
    var uidNext: UID { max(mailbox.uidNext, (uids.last ?? 0) + 1) }

    func index(of uid: UID) -> Int? {
        if expected < uids.count, uids[expected] == uid {
            defer { expected += 1 }
            return expected
        }
        guard let index = uids.firstIndex(ofSorted: uid) else { return nil }
        expected = index + 1
        return index
    }

    func message(_ uid: UID) -> StoredMessage? { index(of: uid).map { messages[$0] } }

    func keywords(of message: StoredMessage) -> [String] { keywords(ofSet: message.keywordSet) }

    func keywords(ofSet number: KeywordSets.Number) -> [String] { keywordSets[number] }

    func info(_ message: StoredMessage) -> MessageInfo {
        MessageInfo(
            uid: message.uid, modSeq: message.modSeq, flags: message.flags, keywords: keywords(of: message),
            internalDate: message.internalDate, size: message.size)
    }

    /// Whether messages may get these sets of keywords.
    func hasRoom(forKeywords sets: Set<[String]>) -> Bool { keywordSets.hasRoom(forEach: sets) }

    private func interned(_ arrival: Arrival) -> StoredMessage {
        var message = arrival.message
        message.keywordSet = keywordSets.take(arrival.keywords)
        return message
    }
}

/// What a committed transaction does to the mailbox. Each may come when the change is in memory already: the messages may
/// have been read after the commit and before this.
extension MailboxState {
    func insert(_ arrivals: [Arrival]) {
        for arrival in arrivals where (uids.last ?? 0) < arrival.message.uid {
            messages.append(interned(arrival))
            uids.append(arrival.message.uid)
        }
        forEachSelection { $0.noteArrivals() }
    }

    func update(_ changes: [FlagChangeResult], modSeq: ModSeq, unnoticedBy silent: Selection?) {
        for change in changes {
            guard let index = index(of: change.uid) else { continue }
            messages[index].flags = change.flags
            keywordSets.release(messages[index].keywordSet)
            messages[index].keywordSet = keywordSets.take(change.keywords)
            messages[index].modSeq = modSeq
        }
        let changed = changes.map(\.uid)
        forEachSelection { if $0 !== silent { $0.noteFlags(changed) } }
    }

    /// - Parameter gone: ascending.
    func remove(_ gone: [UID]) {
        guard !gone.isEmpty else { return }
        messages.removeAll { message in
            guard gone.firstIndex(ofSorted: message.uid) != nil else { return false }
            keywordSets.release(message.keywordSet)
            return true
        }
        uids = messages.map(\.uid)
        forEachSelection { $0.noteExpunged(gone) }
    }

    /// Their octets lie elsewhere now.
    func relocate(_ relocations: [Relocation]) {
        for relocation in relocations {
            guard let index = index(of: relocation.uid), messages[index].blob == relocation.old else { continue }
            messages[index].blob = relocation.new
        }
        keptModSeq = nil
    }

    /// The mailbox was deleted.
    func end() { forEachSelection { $0.noteGone() } }

    func subscribe(_ selection: Selection) {
        subscribers.removeAll { $0.selection == nil }
        subscribers.append(Subscriber(selection: selection))
    }

    func unsubscribe(_ selection: Selection) { subscribers.removeAll { $0.selection == nil || $0.selection === selection } }

    private func forEachSelection(_ body: (Selection) -> Void) {
        for subscriber in subscribers { subscriber.selection.map(body) }
    }
}

extension [UID] {
    /// Binary search in an ascending array.
    func firstIndex(ofSorted value: UID) -> Int? {
        var low = 0, high = count
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == value ? low : nil
    }
}
