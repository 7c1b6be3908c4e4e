import Runtime

/// A part of a transaction, with whoever waits for it.
struct WriteJob {
    enum Kind {
        /// Takes numbers and looks at memory. Mailboxes whose existing messages it changes: one such job a mailbox and batch.
        case change(of: [Int64])
        /// With no other job beside it but messages that come in.
        case lone
        /// Takes no numbers: its own statements, or none.
        case note
        case arrival(LoggedArrival)
    }

    let kind: Kind
    /// Somebody waits for it, so it is not left to gather with others.
    let isAwaited: Bool
    let build: @EventLoopActor (WriteBatch) throws(StoreError) -> Void
    let finish: @EventLoopActor (StoreError?) -> Void

    var arrival: LoggedArrival? { if case .arrival(let arrival) = kind { arrival } else { nil } }
    var takesNumbers: Bool {
        switch kind {
        case .change, .lone: true
        case .note, .arrival: false
        }
    }
}

/// What became of a transaction.
enum CommitOutcome {
    case committed
    /// Surely not committed; trying again can help, at once or not at all.
    case failed(StoreError, mayRetry: Bool)
}

/// Where a job leaves its result.
@EventLoopActor
final class JobResult<Value> {
    var value: Value?
}
