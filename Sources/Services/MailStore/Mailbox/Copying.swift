import Runtime

extension Selection {
    /// The target may be another user's: its quotas are what takes the copies.
    public func copy(_ wanted: [UID], to target: Mailbox) async throws(StoreError) -> CopyOutcome {
        let store = account.store, user = target.user
        try await store.loadQuota(of: user)
        // What is expunged until the copy is made only makes it smaller.
        let candidates = Set(wanted).compactMap { state.message($0) }
        let reservation = try store.ledger.reserve(QuotaUsage(candidates), for: user)
        defer { reservation.end() }
        let uids = candidates.map(\.uid).sorted()
        return try await store.queue.perform(changing: [mailbox.id]) { [self] batch throws(StoreError) in
            let plan = try CopyPlan(uids, from: state, to: target, in: batch)
            guard !plan.isEmpty else { return plan.outcome }
            for (message, arrival) in zip(plan.messages, plan.arrivals) {
                batch.copies.append(from: mailbox.id, message.uid, to: target.id, arrival.message.uid, arrival.message.modSeq)
            }
            batch.charge(user, QuotaUsage(plan.messages))
            batch.onCommit { _ in
                reservation.end()
                target.show(plan.arrivals)
            }
            return plan.outcome
        }
    }

    /// MOVE (RFC 6851): in one step, so that no moment shows both or neither.
    public func move(_ wanted: [UID], to target: Mailbox) async throws(StoreError) -> CopyOutcome {
        guard !isReadOnly else { throw .notPermitted(reason: "the mailbox is selected read-only") }
        return try await account.store.move(wanted, from: mailbox, state, to: target)
    }
}

extension TenantStore {
    func move(_ wanted: [UID], from source: Mailbox, _ state: MailboxState, to target: Mailbox) async throws(StoreError) -> CopyOutcome {
        let uids = Set(wanted).sorted()
        let handOver = source.user == target.user ? nil : try await beginHandOver(uids.compactMap { state.message($0) }, source, target)
        defer { handOver?.end() }
        return try await queue.perform(changing: [source.id]) { batch throws(StoreError) in
            let plan = try CopyPlan(uids, from: state, to: target, in: batch, onlyAdding: source !== target)
            guard !plan.isEmpty else { return plan.outcome }
            if source !== target { _ = batch.nextModSeq(in: source) }
            for (message, arrival) in zip(plan.messages, plan.arrivals) {
                batch.moves.append(from: source.id, message.uid, to: target.id, arrival.message.uid, arrival.message.modSeq)
            }
            handOver?.add(plan.messages, to: batch)
            batch.onCommit { _ in
                handOver?.end()
                state.remove(plan.outcome.source)
                target.show(plan.arrivals)
            }
            return plan.outcome
        }
    }
}

/// Messages that are to be copied or moved, and what they become.
@EventLoopActor
private struct CopyPlan {
    let messages: [StoredMessage]
    let arrivals: [MailboxState.Arrival]
    let outcome: CopyOutcome
    var isEmpty: Bool { messages.isEmpty }

    /// Takes UIDs for those of `uids` (ascending) that exist. `onlyAdding`: false when they leave the same mailbox.
    init(_ uids: [UID], from state: MailboxState, to target: Mailbox, in batch: WriteBatch, onlyAdding: Bool = true) throws(StoreError) {
        guard !state.mailbox.isGone, !target.isGone else { throw .noSuchMailbox }
        messages = uids.compactMap { state.message($0) }
        guard batch.hasRoom(for: messages.count, in: target) else { throw .limitReached(reason: "the mailbox has no UIDs left") }
        let keywords = Set(messages.map(\.keywordSet)).map { number in state.keywords(ofSet: number) }
        guard target.state?.hasRoom(forKeywords: Set(keywords)) ?? true else { throw .limitReached(reason: "too many keywords") }
        guard !messages.isEmpty else {
            arrivals = []
            outcome = CopyOutcome(uidValidity: target.uidValidity, source: [], destination: [])
            return
        }
        let modSeq = batch.nextModSeq(in: target, onlyAdding: onlyAdding)
        let newUIDs = Array(batch.takeUIDs(messages.count, in: target))
        arrivals = zip(messages, newUIDs).map { message, uid in
            let copy = StoredMessage(
                uid: uid, modSeq: modSeq, flags: message.flags, internalDate: message.internalDate, size: message.size, blob: message.blob)
            return MailboxState.Arrival(message: copy, keywords: state.keywords(of: message))
        }
        outcome = CopyOutcome(uidValidity: target.uidValidity, source: messages.map(\.uid), destination: newUIDs)
    }
}
