import Runtime

/// What a MOVE to another user's mailbox is beside a MOVE: messages leave one user's quotas and enter the other's, and what a legal hold
/// keeps of the user whom they leave is noted.
@EventLoopActor
struct HandOver {
    private let source: Mailbox, target: Mailbox
    private let reservation: QuotaReservation

    fileprivate init(_ source: Mailbox, _ target: Mailbox, _ reservation: QuotaReservation) {
        (self.source, self.target, self.reservation) = (source, target, reservation)
    }

    func add(_ messages: [StoredMessage], to batch: WriteBatch) {
        let amount = QuotaUsage(messages)
        batch.charge(source.user, -amount)
        batch.charge(target.user, amount)
        for message in messages { batch.departures.append(source.id, message.uid) }
    }

    /// Harmless when it has ended.
    func end() { reservation.end() }
}

extension TenantStore {
    /// Reserves room for messages that another user's mailbox is to take. What is expunged until then only makes it less.
    func beginHandOver(_ messages: [StoredMessage], _ source: Mailbox, _ target: Mailbox) async throws(StoreError) -> HandOver {
        try await loadQuota(of: source.user)
        try await loadQuota(of: target.user)
        return HandOver(source, target, try ledger.reserve(QuotaUsage(messages), for: target.user, leaving: source.user))
    }
}
