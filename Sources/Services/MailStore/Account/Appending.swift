import BlobStore
import Runtime

extension Account {
    /// Adds messages: all of them, durably, or none (RFC 3502 for several).
    public func append(_ messages: [NewMessage], to mailbox: Mailbox) async throws(StoreError) -> AppendOutcome {
        guard !messages.isEmpty else { return AppendOutcome(uidValidity: mailbox.uidValidity, uids: []) }
        for message in messages { try Keywords.check(message.keywords) }
        if let state = mailbox.state, !state.hasRoom(forKeywords: Set(messages.map { Keywords.normalized($0.keywords) })) {
            throw .limitReached(reason: "too many keywords")
        }
        try await store.loadQuota(of: user)
        let reservations = try store.ledger.reserve(messages.map { QuotaUsage(bytes: Int64($0.bytes.count), messages: 1) }, for: user)
        defer { for reservation in reservations { reservation.giveUp() } }
        let now = Clock.now()
        let drafts = zip(messages, reservations).map { message, reservation in
            ArrivalDraft(
                bytes: message.bytes, internalDate: message.internalDate ?? now, deliveryID: [], reversePath: "",
                places: [.init(
                    account: self, target: .mailbox(mailbox), flags: message.flags, keywords: Keywords.normalized(message.keywords),
                    reservation: reservation)])
        }
        var uids: [UID] = []
        for case .stored(_, let uid) in try await store.arrivals.enter(drafts, isWhole: true).joined() { uids.append(uid) }
        guard uids.count == messages.count else { throw .unavailable(reason: "the blob store lost a record") }
        return AppendOutcome(uidValidity: mailbox.uidValidity, uids: uids)
    }
}

extension StoreError {
    init(_ error: BlobError) {
        switch error {
        case .damaged, .noSuchSegment: self = .damaged(place: error.description)
        case .system, .tooLarge, .closed, .inUse: self = .unavailable(reason: error.description)
        }
    }
}
