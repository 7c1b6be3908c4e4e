import BlobStore
import Runtime

extension Account {
    /// Adds messages: all of them, durably, or none (RFC 3502 for several).
    public func append(_ messages: [NewMessage], to mailbox: Mailbox) async throws(StoreError) -> AppendOutcome {
        guard !messages.isEmpty else { return AppendOutcome(uidValidity: mailbox.uidValidity, uids: []) }
        for message in messages { try Keywords.check(message.keywords) }
        try await store.loadQuota(of: user)
        let total = messages.reduce(into: QuotaUsage(messages: Int64(messages.count))) { $0.bytes += Int64($1.bytes.count) }
        let reservation = try store.ledger.reserve(total, for: user)
        defer { reservation.end() }
        let now = Clock.now()
        let records = messages.map { message in
            BlobRecord(
                description: BlobDescription(
                    tenant: store.tenant, places: [.init(user: user, mailbox: mailbox.id)], internalDate: message.internalDate ?? now,
                    flags: UInt32(message.flags.rawValue), keywords: message.keywords),
                bytes: message.bytes)
        }
        let references = try await store.keep(records)
        return try await store.queue.perform { [self] batch throws(StoreError) in
            guard !mailbox.isGone else { throw .noSuchMailbox }
            guard store.ledger.users[user] != nil else { throw .noSuchUser }
            guard batch.hasRoom(for: messages.count, in: mailbox) else { throw .limitReached(reason: "the mailbox has no UIDs left") }
            if let state = mailbox.state {
                for message in messages where !state.hasRoom(forKeywords: Keywords.normalized(message.keywords)) {
                    throw .limitReached(reason: "too many keywords")
                }
            }
            let modSeq = batch.nextModSeq(in: mailbox)
            let uids = batch.takeUIDs(messages.count, in: mailbox)
            var arrivals: [MailboxState.Arrival] = []
            for (index, uid) in uids.enumerated() {
                let message = messages[index]
                let stored = StoredMessage(
                    uid: uid, modSeq: modSeq, flags: message.flags, internalDate: message.internalDate ?? now,
                    size: Int64(message.bytes.count), blob: references[index])
                let keywords = Keywords.normalized(message.keywords)
                batch.inserts.append(stored, keywords: keywords, structure: CachedStructures.encode(message.bytes), to: mailbox.id)
                arrivals.append(.init(message: stored, keywords: keywords))
            }
            batch.charge(user, total)
            batch.onCommit { _ in
                reservation.end()
                mailbox.state?.insert(arrivals)
            }
            return AppendOutcome(uidValidity: mailbox.uidValidity, uids: Array(uids))
        }
    }
}

extension TenantStore {
    /// Puts messages into the blob store, durably.
    func keep(_ records: [BlobRecord]) async throws(StoreError) -> [BlobReference] {
        let references: [BlobReference]
        do {
            references = try await blobs.append(records)
        } catch {
            throw StoreError(error)
        }
        guard references.count == records.count else { throw .unavailable(reason: "the blob store lost a record") }
        return references
    }
}

extension StoreError {
    init(_ error: BlobError) {
        switch error {
        case .damaged, .noSuchSegment: self = .damaged(place: error.description)
        case .system, .tooLarge, .closed: self = .unavailable(reason: error.description)
        }
    }
}
