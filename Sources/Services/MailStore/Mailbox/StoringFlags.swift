import Runtime

extension Selection {
    /// STORE. With `silent`, this selection is not told of its own change (`takeChanges` of others is).
    public func store(
        _ wanted: [UID], _ change: FlagChange, flags: MessageFlags, keywords: [String], unchangedSince: ModSeq? = nil, silent: Bool = false
    ) async throws(StoreError) -> StoreOutcome {
        guard !isReadOnly else { throw .notPermitted(reason: "the mailbox is selected read-only") }
        try Keywords.check(keywords)
        return try await account.store.queue.perform(changing: [mailbox.id]) { [self] batch throws(StoreError) in
            guard !mailbox.isGone else { throw .noSuchMailbox }
            var stored: [UID] = [], modified: [UID] = [], missing: [UID] = []
            var results: [MailboxState.FlagChangeResult] = []
            for uid in wanted {
                guard let message = state.message(uid) else {
                    missing.append(uid)
                    continue
                }
                if let unchangedSince, message.modSeq > unchangedSince {
                    modified.append(uid)
                    continue
                }
                stored.append(uid)
                if let result = changed(message, change, flags, keywords) { results.append(result) }
            }
            let sets = Set(results.map(\.keywords))
            guard sets.allSatisfy({ $0.count <= StoreLimits.keywordsPerMessage }), state.hasRoom(forKeywords: sets) else {
                throw .limitReached(reason: "too many keywords")
            }
            if !results.isEmpty { write(results, in: batch, silent: silent) }
            return StoreOutcome(stored: stored, modified: modified, expunged: missing)
        }
    }

    /// Nil when nothing changes.
    private func changed(
        _ message: StoredMessage, _ change: FlagChange, _ flags: MessageFlags, _ keywords: [String]
    ) -> MailboxState.FlagChangeResult? {
        let newFlags: MessageFlags =
            switch change {
            case .replace: flags
            case .add: message.flags.union(flags)
            case .remove: message.flags.subtracting(flags)
            }
        let current = state.keywords(of: message)
        let newKeywords = keywords.isEmpty && change != .replace ? current : Keywords.changed(current, change, keywords)
        guard newFlags != message.flags || newKeywords != current else { return nil }
        return MailboxState.FlagChangeResult(uid: message.uid, flags: newFlags, keywords: newKeywords)
    }

    private func write(_ results: [MailboxState.FlagChangeResult], in batch: WriteBatch, silent: Bool) {
        let modSeq = batch.nextModSeq(in: mailbox)
        for result in results { batch.flags.append(mailbox.id, result.uid, modSeq, result.flags, result.keywords) }
        batch.onCommit { [self] _ in state.update(results, modSeq: modSeq, unnoticedBy: silent ? self : nil) }
    }
}
