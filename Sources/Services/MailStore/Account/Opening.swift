import Runtime

/// What SELECT and EXAMINE tell of a mailbox (RFC 3501 §6.3.1).
public struct MailboxSummary: Sendable, Equatable {
    public let count: Int
    public let recentCount: Int
    /// The sequence number of the first message without `\Seen`, if any.
    public let firstUnseen: Int?
    public let uidNext: UID
    /// Every keyword that some message has.
    public let keywords: [String]
}

/// A mailbox that a session opens.
public enum MailboxOpening: Sendable {
    case ready(Selection)
    /// What can be told at once, and the selection once the messages are in memory: its view is what was told, and messages that have come
    /// since are changes to take. Where it fails, nothing of what was told can be relied on: the session should end.
    case foretold(MailboxSummary, Task<Result<Selection, StoreError>, Never>)
}

extension Account {
    /// Opens a mailbox for a session. The session must call `Selection.close()`.
    public func select(_ mailbox: Mailbox, readOnly: Bool) async throws(StoreError) -> Selection {
        try await view(of: mailbox, readOnly: readOnly)
    }

    private func view(of mailbox: Mailbox, readOnly: Bool, upTo uidNext: UID? = nil) async throws(StoreError) -> Selection {
        let state = try await store.state(of: mailbox)
        guard !mailbox.isGone else { throw .noSuchMailbox }
        return Selection(of: state, in: self, isReadOnly: readOnly, upTo: uidNext)
    }

    /// The same for a session that answers its client before the messages are in memory, where the mailbox's snapshot lets it.
    public func open(_ mailbox: Mailbox, readOnly: Bool) async throws(StoreError) -> MailboxOpening {
        guard let head = try await store.foretold(of: mailbox) else { return .ready(try await select(mailbox, readOnly: readOnly)) }
        // Made as soon as the messages are there, however slowly the client takes its answer: nobody has removed any by then.
        let selection = EventLoopActor.task { [self] () -> Result<Selection, StoreError> in
            do throws(StoreError) {
                let selection = try await view(of: mailbox, readOnly: readOnly, upTo: head.moment.uidNext)
                // Sequence numbers that lead to other messages would be worse than a session that ends.
                guard selection.count == head.count else {
                    throw .unavailable(reason: "the messages of mailbox \(mailbox.id) are not those that its snapshot told of")
                }
                return .success(selection)
            } catch {
                return .failure(error)
            }
        }
        return .foretold(MailboxSummary(head), selection)
    }
}

extension MailboxSummary {
    /// Of a mailbox in which nothing is recent.
    init(_ head: SnapshotHead) {
        (count, recentCount, uidNext) = (head.count, 0, head.moment.uidNext)
        firstUnseen = head.firstUnseen > 0 ? head.firstUnseen : nil
        keywords = Keywords.normalized(head.keywordSets.flatMap { $0 })
    }
}

extension Selection {
    public var summary: MailboxSummary {
        MailboxSummary(
            count: count, recentCount: recentCount, firstUnseen: firstUnseen(), uidNext: uidNext, keywords: keywordsInUse)
    }
}
