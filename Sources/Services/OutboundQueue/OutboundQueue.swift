import BlobStore
import Postgres
import Synchronization

/// The messages that are on their way out: rows in PostgreSQL, bytes in blob segments of the relay's own.
///
/// One relay process works on a queue. What it has in hand it remembers itself; the rows say only what is settled, so that
/// after a crash everything unsettled is due again.
public final class OutboundQueue: Sendable {
    let pool: PostgresPool
    let blobs: MessageBlobs
    private let insertion: GroupInsertion
    /// Appends whose rows are not committed yet: their segments must not be taken for unused.
    let appending = Mutex(0)

    /// - Parameter blobDirectory: where `blobs` keeps its segments.
    public init(pool: PostgresPool, blobDirectory: String, segmentSize: Int64 = 16 << 20) {
        self.pool = pool
        insertion = GroupInsertion(pool)
        blobs = MessageBlobs(directory: blobDirectory, segmentSize: segmentSize)
    }

    /// Queues the message; when this returns, it is durable. Recipients that the same delivery id brought before are not
    /// queued twice, so that a hand-over whose answer was lost can be repeated.
    /// - Returns: the message as it is queued now, with the recipients that are new, which are due; nil when all were queued already.
    public func enqueue(_ message: NewMessage) async throws -> DueMessage? {
        try await withBlobs(of: [message]) { references in try await insertion.insert(message, blob: references[0]) }
    }

    /// Recipients whose time has come, oldest first, gathered by message.
    /// - Parameters:
    ///   - taken: recipients in hand, which are left out; so are all of `domains`.
    ///   - limit: recipients at most.
    public func due(at now: Int64, taken: some Collection<RecipientKey>, exceptDomains domains: [String], limit: Int)
        async throws(PostgresError)
        -> [DueMessage]
    {
        let result = try await pool.query(
            """
            SELECT \(QueuedMessage.columns), r.recipient_id, r.address, r.attempts, r.notify, r.orcpt
            FROM queue_recipients r JOIN queue_messages m USING (tenant_id, queue_id)
            WHERE r.state = 'waiting' AND r.next_attempt_at <= $1 AND NOT m.held
                AND NOT EXISTS (SELECT FROM unnest($2::bigint[], $3::int[]) AS t(queue_id, recipient_id)
                    WHERE t.queue_id = r.queue_id AND t.recipient_id = r.recipient_id)
                AND lower(substring(r.address FROM '[^@]*$')) <> ALL ($4::text[])
            ORDER BY r.next_attempt_at, r.queue_id, r.recipient_id LIMIT $5
            """,
            [
                .timestamp(now), .int8Array(taken.map(\.queueID)), .int4Array(taken.map(\.recipient)), .textArray(domains),
                .int8(Int64(limit)),
            ])
        return try Self.gather(result.rows)
    }

    private static func gather(_ rows: [PostgresRow]) throws(PostgresError) -> [DueMessage] {
        var messages: [DueMessage] = []
        var places: [Int64: Int] = [:]
        let first = QueuedMessage.columnCount
        for row in rows {
            let recipient = QueuedRecipient(
                id: try row.int4(first), address: try row.text(first + 1), attempts: try row.int4(first + 2),
                notify: try row.optionalText(first + 3), originalRecipient: try row.optionalText(first + 4))
            let queueID = try row.int8(1)
            if let place = places[queueID] {
                messages[place].recipients.append(recipient)
            } else {
                places[queueID] = messages.count
                messages.append(DueMessage(message: try QueuedMessage(row), recipients: [recipient]))
            }
        }
        return messages
    }

    /// When the next recipient that is not due yet will be; nil when none waits.
    public func nextDue(after now: Int64) async throws(PostgresError) -> Int64? {
        let result = try await pool.query(
            """
            SELECT r.next_attempt_at FROM queue_recipients r JOIN queue_messages m USING (tenant_id, queue_id)
            WHERE r.state = 'waiting' AND r.next_attempt_at > $1 AND NOT m.held ORDER BY r.next_attempt_at LIMIT 1
            """, [.timestamp(now)])
        return try result.rows.first?.timestamp(0)
    }

    /// The message's bytes.
    public func bytes(of message: QueuedMessage) async throws(BlobError) -> [UInt8] { try await blobs.read(message.blob) }

    public func close() async {
        await blobs.close()
        await pool.close()
    }

    /// Appends the messages' blobs, then runs `body`, which commits the rows that point to them.
    func withBlobs<Value>(of messages: [NewMessage], _ body: ([BlobReference]) async throws -> Value) async throws -> Value {
        appending.withLock { $0 += 1 }
        defer { appending.withLock { $0 -= 1 } }
        let references = try await blobs.append(messages.map(Self.record))
        guard references.count == messages.count else { throw BlobError.closed }
        return try await body(references)
    }

    private static func record(_ message: NewMessage) -> BlobRecord {
        BlobRecord(
            description: BlobDescription(
                tenant: 0, deliveryID: Array(message.deliveryID.utf8), internalDate: message.receivedAt / 1_000_000,
                reversePath: message.reversePath),
            bytes: message.bytes)
    }
}
