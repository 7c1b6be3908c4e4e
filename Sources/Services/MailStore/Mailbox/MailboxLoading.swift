import BlobStore
import Postgres
import Runtime

/// A mailbox's messages on their way into memory.
struct MailboxLoading {
    /// The snapshot with whose messages it goes on; nil when there is none to use.
    let snapshot: Task<Result<OpenSnapshot?, StoreError>, Never>
    let state: Task<Result<MailboxState, StoreError>, Never>
}

extension TenantStore {
    /// The mailbox's messages; read once, however many ask.
    func state(of mailbox: Mailbox) async throws(StoreError) -> MailboxState {
        if let state = mailbox.state {
            states.touch(state)
            return state
        }
        return try await loading(of: mailbox).state.value.get()
    }

    /// What the mailbox's snapshot tells ahead of its messages, unless messages came in since or are `\Recent`: nil then, and when the
    /// messages are in memory already.
    func foretold(of mailbox: Mailbox) async throws(StoreError) -> SnapshotHead? {
        guard mailbox.state == nil, let opened = try await loading(of: mailbox, forAnswer: true).snapshot.value.get(),
            mailbox.isForetold(by: opened.head)
        else { return nil }
        return opened.head
    }

    /// How long the messages wait where an answer goes without them: bringing megabytes into memory would delay it.
    private static let headStart = Duration.milliseconds(1)

    /// - Parameter forAnswer: whoever asks first answers by the snapshot's head, if it can.
    private func loading(of mailbox: Mailbox, forAnswer: Bool = false) throws(StoreError) -> MailboxLoading {
        guard !mailbox.isGone else { throw .noSuchMailbox }
        if let loading = mailbox.loading { return loading }
        let snapshot = EventLoopActor.task { [self] () -> Result<OpenSnapshot?, StoreError> in
            mailbox.beginLoading()
            do throws(StoreError) {
                // What came in before is committed first.
                try await queue.settled()
                return .success(await self.snapshot(of: mailbox))
            } catch {
                return .failure(error)
            }
        }
        let state = EventLoopActor.task { [self] () -> Result<MailboxState, StoreError> in
            defer { mailbox.loading = nil }
            do throws(StoreError) {
                let opened = try await snapshot.value.get()
                if forAnswer, let opened, mailbox.isForetold(by: opened.head) { await EventLoopActor.sleep(for: Self.headStart) }
                let state = try await loadState(of: mailbox, from: opened)
                mailbox.endLoading(state)
                states.touch(state)
                return .success(state)
            } catch {
                mailbox.endLoading(nil)
                return .failure(error)
            }
        }
        let loading = MailboxLoading(snapshot: snapshot, state: state)
        mailbox.loading = loading
        return loading
    }

    /// What comes meanwhile may be among the rows, and is shown behind them.
    private func loadState(of mailbox: Mailbox, from opened: OpenSnapshot?) async throws(StoreError) -> MailboxState {
        guard !mailbox.isGone else { throw .noSuchMailbox }
        var snapshot: MailboxSnapshot?
        if let opened { snapshot = await snapshots.whole(opened) }
        // Nothing came in since.
        if let snapshot, snapshot.moment.uidNext == mailbox.uidNext {
            return MailboxState(mailbox: mailbox, snapshot: snapshot, arrivals: [])
        }
        let result = try await database.query(
            Self.messagesOfMailbox, [.int8(tenant), .int8(mailbox.id), .int8(Int64(snapshot?.moment.uidNext ?? 1))])
        guard let row = result.first else { throw .noSuchMailbox }
        let arrivals = try StoreError.reading { () throws(PostgresError) in try Self.arrivals(row) }
        guard let snapshot else { return MailboxState(mailbox: mailbox, arrivals: arrivals) }
        return MailboxState(mailbox: mailbox, snapshot: snapshot, arrivals: arrivals)
    }

    /// One row, of one moment: the columns of the mailbox's messages, from a UID on, as arrays.
    private static let messagesOfMailbox = """
        SELECT m.uid, m.modseq, m.flags, m.keywords, m.internal_date, m.size, m.segment, m.place, m.length, m.keyworded
        FROM mailboxes b, LATERAL (
            SELECT array_agg(uid) AS uid, array_agg(modseq) AS modseq, array_agg(flags) AS flags,
                array_agg(uid) FILTER (WHERE keywords <> '{}') AS keyworded,
                array_agg(array_to_string(keywords, ' ')) FILTER (WHERE keywords <> '{}') AS keywords,
                array_agg(internal_date) AS internal_date, array_agg(size) AS size,
                array_agg(blob_segment) AS segment, array_agg(blob_offset) AS place, array_agg(blob_length) AS length
            FROM (SELECT * FROM messages s WHERE s.tenant_id = b.tenant_id AND s.mailbox_id = b.mailbox_id AND s.uid >= $3
                ORDER BY s.uid) sorted) m
        WHERE b.tenant_id = $1 AND b.mailbox_id = $2
        """

    /// The messages of such a row.
    static func arrivals(_ row: PostgresRow) throws(PostgresError) -> [MailboxState.Arrival] {
        guard let uids = try row.optionalInt8Array(0) else { return [] }
        let modSeqs = try row.int8Array(1), flags = try row.int4Array(2)
        // Few messages have keywords: they alone are named with them, in the same order.
        let keyworded = try row.optionalInt8Array(9) ?? [], keywords = try row.optionalTextArray(3) ?? []
        var next = 0
        let dates = try row.timestampArray(4), sizes = try row.int8Array(5)
        let segments = try row.int8Array(6), offsets = try row.int8Array(7), lengths = try row.int8Array(8)
        return uids.indices.map { index in
            var words: [String] = []
            if next < keyworded.count, keyworded[next] == uids[index], next < keywords.count {
                words = keywords[next].split(separator: " ").map(String.init)
                next += 1
            }
            return MailboxState.Arrival(
                message: StoredMessage(
                    uid: UID(clamping: uids[index]), modSeq: ModSeq(clamping: modSeqs[index]),
                    flags: MessageFlags(rawValue: UInt8(truncatingIfNeeded: flags[index])).intersection(.all),
                    internalDate: dates[index] / 1_000_000, size: sizes[index],
                    blob: BlobReference(segment: segments[index], offset: offsets[index], length: lengths[index])),
                keywords: words)
        }
    }
}

extension Mailbox {
    /// Whether the head tells of all messages: none came in since, none is `\Recent`, and, as they are not in memory, none was changed.
    func isForetold(by head: SnapshotHead) -> Bool {
        state == nil && !isGone && head.moment.uidNext == uidNext && head.moment.uidNext <= recentUID
    }
}
