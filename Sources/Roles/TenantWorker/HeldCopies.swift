import MailStore
import Runtime
import Supervision

extension HeldCopy {
    /// Copies, and words what kept the store from it.
    @EventLoopActor package func perform(in store: TenantStore) async -> HeldCopyOutcome {
        let copying = HeldCopying(
            sources: sources.map { .init(user: $0.user, folder: $0.folder) }, target: mailbox, since: since, before: before,
            includesPresent: includesPresent, isTrial: isTrial)
        do throws(StoreError) {
            let outcome = try await store.copyHeld(copying)
            log(outcome)
            return HeldCopyOutcome(outcome)
        } catch {
            let outcome = HeldCopyOutcome(error)
            if case .failed = outcome {
                Log.error("what legal holds keep could not be copied", ["mailbox": "\(mailbox)", "error": "\(error)"])
            }
            return outcome
        }
    }

    private func log(_ outcome: HeldCopying.Outcome) {
        guard case .copied(let amounts) = outcome, !isTrial else { return }
        for (source, amount) in zip(sources, amounts) where amount.messages > 0 {
            Log.info(
                "what legal holds keep was copied", [
                    "user": "\(source.user)", "mailbox": "\(mailbox)", "folder": source.folder, "messages": "\(amount.messages)",
                    "octets": "\(amount.bytes)",
                ])
        }
    }
}

extension HeldCopyOutcome {
    fileprivate init(_ outcome: HeldCopying.Outcome) {
        switch outcome {
        case .copied(let amounts): self = .copied(amounts.map { Amount($0) })
        case .overQuota(let refusal, let needed):
            self = .overQuota(
                needed: Amount(needed), level: refusal.scope.rawValue, isOfMessages: refusal.resource == .messages, used: refusal.used,
                limit: refusal.limit)
        case .tooMany(let needed): self = .tooMany(needed: Amount(needed), limit: StoreLimits.messagesPerHeldCopy)
        }
    }

    fileprivate init(_ error: StoreError) {
        switch error {
        case .mailboxExists: self = .folderExists
        case .limitReached(let reason): self = .refused(reason)
        case .noSuchUser: self = .refused("it is not there any more")
        case .invalidMailboxName: self = .refused("the folder's name would be too long")
        case .leaseLost, .unavailable, .overQuota, .noSuchMailbox, .notPermitted, .damaged, .maildropLocked:
            self = .failed("the mail store was not available")
        }
    }
}

extension HeldCopyOutcome.Amount {
    fileprivate init(_ usage: QuotaUsage) { self.init(messages: usage.messages, bytes: usage.bytes) }
}
