import BlobStore
import Postgres
import Runtime

/// What one transaction is to change: gathered from several jobs, sent as a few statements with arrays, and applied to
/// memory only after the commit. A job first checks everything that can fail, then adds: it never leaves half of itself.
@EventLoopActor
final class WriteBatch {
    /// A mailbox's counters as they will be at least.
    struct Counters {
        let mailbox: Mailbox
        var uidNext: UID
        var modSeq: ModSeq
        /// See `Mailbox.editedModSeq`.
        var edited: ModSeq = 1
    }

    struct DeliveryKey: Hashable {
        let user: Int64
        let id: [UInt8]
    }

    /// A question whose answer tells whether this batch was committed.
    struct Verification {
        let statement: PostgresStatement
        let wasCommitted: (PostgresResult) -> Bool
    }

    private(set) var counters: [Int64: Counters] = [:]
    /// Mailboxes in which this batch takes UIDs or change numbers of its own.
    private(set) var held: [Int64: Mailbox] = [:]
    /// How far the blob log is entered with this batch.
    private(set) var logPosition: LogPosition?
    private(set) var usage: [Int64: QuotaUsage] = [:]
    private(set) var deliveries: Set<DeliveryKey> = []
    var inserts = MessageInserts()
    var copies = MessageCopies()
    var moves = MessageCopies()
    var flags = FlagUpdates()
    var removals = MessageRemovals()
    /// Of the moves, those that leave their user.
    var departures = MessageDepartures()
    /// Run before and after the statements that change messages.
    private(set) var before: [PostgresStatement] = []
    private(set) var after: [PostgresStatement] = []
    private(set) var effects: [@EventLoopActor (WriteBatch) -> Void] = []
    /// Results of `after`, for the effects; empty when the commit was found out by a question.
    var afterResults: [PostgresResult] = []
    private var verifications: [Verification] = []

    /// The log gives no numbers in the mailbox while the batch is under way.
    func hold(_ mailbox: Mailbox) { held[mailbox.id] = mailbox }

    /// The change number of a job's changes in a mailbox; to be asked once a job and mailbox.
    /// - Parameter onlyAdding: messages come in, and nothing that is there changes or goes.
    func nextModSeq(in mailbox: Mailbox, onlyAdding: Bool = false) -> ModSeq {
        hold(mailbox)
        var current = counter(of: mailbox)
        current.modSeq = max(current.modSeq, mailbox.highestModSeq) + 1
        if !onlyAdding { current.edited = current.modSeq }
        counters[mailbox.id] = current
        return current.modSeq
    }

    /// Whether the mailbox has this many UIDs left.
    func hasRoom(for count: Int, in mailbox: Mailbox) -> Bool {
        UInt64(max(counter(of: mailbox).uidNext, mailbox.uidNext)) + UInt64(count) < UInt64(UID.max)
    }

    /// UIDs in a row. `nextModSeq` was asked, and `hasRoom` said yes.
    func takeUIDs(_ count: Int, in mailbox: Mailbox) -> Range<UID> {
        hold(mailbox)
        var current = counter(of: mailbox)
        let first = max(current.uidNext, mailbox.uidNext)
        current.uidNext = first + UID(count)
        counters[mailbox.id] = current
        return first..<current.uidNext
    }

    /// Brings the mailbox's counters up to what the log has given, which pauses now.
    func catchUp(_ mailbox: Mailbox) {
        hold(mailbox)
        let assigned = mailbox.assigned
        var current = counter(of: mailbox)
        current.uidNext = max(current.uidNext, assigned.uidNext)
        current.modSeq = max(current.modSeq, assigned.modSeq)
        counters[mailbox.id] = current
    }

    /// A row for a message that the log holds, with the numbers that it has there.
    func insert(_ arrival: LoggedArrival) {
        inserts.append(arrival.message, keywords: arrival.keywords, structure: arrival.structure, to: arrival.mailbox.id)
        var current = counter(of: arrival.mailbox)
        current.uidNext = max(current.uidNext, arrival.message.uid + 1)
        current.modSeq = max(current.modSeq, arrival.message.modSeq)
        counters[arrival.mailbox.id] = current
        enterLog(upTo: arrival.entered)
    }

    func enterLog(upTo position: LogPosition) { logPosition = max(logPosition ?? .start, position) }

    /// As they are to be in the database; lower than in memory where the log is ahead.
    private func counter(of mailbox: Mailbox) -> Counters {
        counters[mailbox.id] ?? Counters(mailbox: mailbox, uidNext: 1, modSeq: 1)
    }

    func charge(_ user: Int64, _ change: QuotaUsage) { usage[user, default: QuotaUsage()] += change }

    func record(_ delivery: DeliveryKey) { deliveries.insert(delivery) }

    func run(before statement: PostgresStatement) { before.append(statement) }
    func run(after statement: PostgresStatement) { after.append(statement) }

    func onCommit(_ effect: @escaping @EventLoopActor (WriteBatch) -> Void) { effects.append(effect) }

    func verify(_ statement: PostgresStatement, _ wasCommitted: @escaping (PostgresResult) -> Bool) {
        verifications.append(Verification(statement: statement, wasCommitted: wasCommitted))
    }

    var isEmpty: Bool {
        logPosition == nil && counters.isEmpty && usage.isEmpty && deliveries.isEmpty && before.isEmpty && after.isEmpty
    }

    /// How to find out whether the batch was committed, when the answer to its commit was lost.
    func verification(tenant: Int64) -> Verification? {
        if let logPosition {
            let statement = PostgresStatement(
                "SELECT 1 FROM leases WHERE tenant_id = $1 AND (log_segment, log_offset) >= ($2::bigint, $3::bigint)",
                [.int8(tenant), .int8(logPosition.segment), .int8(logPosition.offset)])
            return Verification(statement: statement) { !$0.isEmpty }
        }
        if let verification = verifications.first { return verification }
        guard let changed = counters.values.first else { return nil }
        let expected = Int64(changed.modSeq)
        let statement = PostgresStatement(
            "SELECT highestmodseq FROM mailboxes WHERE tenant_id = $1 AND mailbox_id = $2", [.int8(tenant), .int8(changed.mailbox.id)])
        return Verification(statement: statement) { result in
            (try? result.first?.int8(0)).map { $0 >= expected } ?? false
        }
    }

    /// The transaction took place: memory follows.
    func apply(to ledger: QuotaLedger) {
        for counter in counters.values { counter.mailbox.commit(counter) }
        for (user, change) in usage { ledger.add(change, to: user) }
        for effect in effects { effect(self) }
    }
}
