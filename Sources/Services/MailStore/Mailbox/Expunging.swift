import Runtime

extension Selection {
    /// Removes the messages with \Deleted: all, or those in `wanted`. Returns what was removed; `takeChanges` tells it too.
    @discardableResult
    public func expunge(_ wanted: [UID]? = nil) async throws(StoreError) -> [UID] {
        guard !isReadOnly else { throw .notPermitted(reason: "the mailbox is selected read-only") }
        return try await account.store.remove(from: state, of: account.user, among: wanted) { $0.flags.contains(.deleted) }
    }
}

extension TenantStore {
    /// Removes messages and what they used of the quotas, in one transaction. Returns the UIDs, ascending.
    func remove(
        from state: MailboxState, of user: Int64, among wanted: [UID]?, where isWanted: @escaping @EventLoopActor (StoredMessage) -> Bool
    ) async throws(StoreError) -> [UID] {
        try await loadQuota(of: user)
        let mailbox = state.mailbox
        return try await queue.perform(changing: [mailbox.id]) { batch throws(StoreError) in
            guard !mailbox.isGone else { throw .noSuchMailbox }
            let candidates = wanted.map { Set($0).sorted().compactMap { state.message($0) } } ?? state.messages
            let gone = candidates.filter { isWanted($0) }
            guard !gone.isEmpty else { return [] }
            _ = batch.nextModSeq(in: mailbox)
            for message in gone { batch.removals.append(mailbox.id, message.uid) }
            batch.charge(user, -QuotaUsage(gone))
            let uids = gone.map(\.uid)
            batch.onCommit { _ in state.remove(uids) }
            return uids
        }
    }
}
