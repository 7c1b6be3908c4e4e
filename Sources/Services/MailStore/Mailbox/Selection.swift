import Runtime

/// A session's view of a mailbox: its own sequence numbers, which move only when the session takes changes
/// (RFC 9051 §7.5.1), over the messages that all sessions share.
@EventLoopActor
public final class Selection {
    public let mailbox: Mailbox
    public let isReadOnly: Bool
    let account: Account
    let state: MailboxState

    /// Called when changes are there to take, or the mailbox is gone; at most once until they are taken. For IDLE.
    public var onChange: (@EventLoopActor () -> Void)?
    /// The mailbox was deleted, or its user: the session should end.
    public private(set) var isGone = false
    /// The UIDs as this session sees them, ascending; the message with sequence number n is at n - 1.
    public private(set) var uids: [UID]

    /// Messages of the view that are expunged and not yet reported.
    private var expunged: Set<UID> = []
    private var changedFlags: Set<UID> = []
    /// The highest UID that was ever in the view.
    private var newest: UID
    /// Ranges of UIDs that this session was the first to see, ascending and apart.
    private var recent: [ClosedRange<UID>] = []
    private var wasToldOfChange = false
    private var hasClaimedRecent = false

    /// - Parameter uidNext: where the view ends at first; nil: it has all messages.
    init(of state: MailboxState, in account: Account, isReadOnly: Bool, upTo uidNext: UID? = nil) {
        mailbox = state.mailbox
        self.state = state
        self.account = account
        self.isReadOnly = isReadOnly
        let last = (uidNext ?? state.uidNext) - 1
        newest = last
        uids = (state.uids.last ?? 0) <= last ? state.uids : Array(state.uids[..<state.uids.partitioningIndex { $0 > last }])
        claimRecent(through: newest)
        state.subscribe(self)
    }

    public var hasChanges: Bool { isGone || !expunged.isEmpty || !changedFlags.isEmpty || (state.uids.last ?? 0) > newest }

    /// Answers about messages, shared by all sessions of the company.
    public var derived: DerivedBytes { account.store.derived }

    // MARK: This session's sequence numbers

    /// UIDNEXT: above every UID of the view.
    public var uidNext: UID { newest + 1 }

    /// How many messages this session sees.
    public var count: Int { uids.count }

    /// How many of them this session was the first to see (`\Recent`).
    public var recentCount: Int {
        recent.reduce(0) { count, range in
            let first = uids.partitioningIndex { $0 >= range.lowerBound }
            return count + uids.partitioningIndex { $0 > range.upperBound } - first
        }
    }

    public func sequenceNumber(of uid: UID) -> Int? { uids.firstIndex(ofSorted: uid).map { $0 + 1 } }

    public func uid(atSequenceNumber number: Int) -> UID? { uids.indices.contains(number - 1) ? uids[number - 1] : nil }

    public func isRecent(_ uid: UID) -> Bool { recent.contains { $0.contains(uid) } }

    /// The sequence number of the first message without \Seen, if any.
    public func firstUnseen() -> Int? {
        guard let message = state.messages.first(where: { !$0.flags.contains(.seen) && $0.uid <= newest }) else { return nil }
        return sequenceNumber(of: message.uid)
    }

    /// Takes what changed since the last call, in the order in which to report it: expunged, then exists, then flags.
    /// Without `expunges`, expunged messages keep their numbers until a later call.
    public func takeChanges(expunges: Bool) -> [SelectionChange] {
        wasToldOfChange = false
        var changes: [SelectionChange] = []
        if expunges, !expunged.isEmpty {
            var kept: [UID] = []
            kept.reserveCapacity(uids.count)
            for uid in uids {
                if expunged.contains(uid) {
                    changes.append(.expunged(sequenceNumber: kept.count + 1, uid: uid))
                } else {
                    kept.append(uid)
                }
            }
            uids = kept
            expunged = []
        }
        if let last = state.uids.last, last > newest {
            let start = state.uids.partitioningIndex { $0 > newest }
            uids.append(contentsOf: state.uids[start...])
            newest = last
            claimRecent(through: last)
            changes.append(.exists(count: uids.count, recent: recentCount))
        }
        for uid in changedFlags.sorted() where uid <= newest {
            if let number = sequenceNumber(of: uid), let message = state.message(uid) {
                changes.append(.flags(sequenceNumber: number, state.info(message)))
            }
        }
        changedFlags = []
        // Up to date: one array in memory for all sessions that are.
        if expunged.isEmpty, uids.count == state.uids.count { uids = state.uids }
        return changes
    }

    /// Ends the view. Does not expunge.
    public func close() {
        state.unsubscribe(self)
        onChange = nil
        if hasClaimedRecent { account.store.keepRecent(of: mailbox) }
        hasClaimedRecent = false
    }

    /// Messages that no session has seen become this session's; a read-only one sees them and leaves them to the next.
    private func claimRecent(through last: UID) {
        let first = mailbox.recentUID
        guard first <= last, last < UID.max else { return }
        if let previous = recent.last, previous.upperBound + 1 >= first {
            recent[recent.count - 1] = min(previous.lowerBound, first)...last
        } else {
            recent.append(first...last)
        }
        guard !isReadOnly else { return }
        mailbox.recentUID = last + 1
        hasClaimedRecent = true
    }

    // MARK: News from the shared state

    func noteArrivals() { tell() }

    func noteFlags(_ changed: [UID]) {
        changedFlags.formUnion(changed)
        tell()
    }

    func noteExpunged(_ gone: [UID]) {
        for uid in gone where uid <= newest { expunged.insert(uid) }
        tell()
    }

    func noteGone() {
        isGone = true
        tell()
    }

    private func tell() {
        guard !wasToldOfChange else { return }
        wasToldOfChange = true
        onChange?()
    }
}

public enum SelectionChange: Sendable, Equatable {
    /// `* n EXPUNGE`: the sequence number at the moment of this report, as RFC 9051 §7.5.1 counts; and the UID, for VANISHED.
    case expunged(sequenceNumber: Int, uid: UID)
    /// `* n EXISTS`, and how many are recent now.
    case exists(count: Int, recent: Int)
    /// `* n FETCH (FLAGS …)`.
    case flags(sequenceNumber: Int, MessageInfo)
}

extension [UID] {
    /// The first index of an ascending array whose element belongs to the second part.
    func partitioningIndex(_ belongsInSecondPart: (UID) -> Bool) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = low + (high - low) / 2
            if belongsInSecondPart(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
