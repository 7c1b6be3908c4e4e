import BlobStore
import Postgres
import Runtime

/// Commits the rows of messages that come in at the same time together: what comes while one transaction is under way goes into the
/// next. Several small ones would wait for the same flushes and cost the server more.
@EventLoopActor
final class GroupInsertion {
    private struct Entry: Sendable {
        let message: NewMessage
        let blob: BlobReference
        let continuation: CheckedContinuation<DueMessage?, any Error>
    }

    private static let largestGroup = 100

    private let pool: PostgresPool
    private var waiting: [Entry] = []
    private var isCommitting = false

    nonisolated init(_ pool: PostgresPool) { self.pool = pool }

    /// - Returns: the message with the recipients that are new; nil when its delivery id brought them all before.
    func insert(_ message: NewMessage, blob: BlobReference) async throws -> DueMessage? {
        try await withCheckedThrowingContinuation { continuation in
            waiting.append(Entry(message: message, blob: blob, continuation: continuation))
            guard !isCommitting else { return }
            isCommitting = true
            EventLoopActor.task { await self.commitAll() }
        }
    }

    private func commitAll() async {
        while !waiting.isEmpty {
            let group = Array(waiting.prefix(Self.largestGroup))
            waiting.removeFirst(group.count)
            await commit(group)
        }
        isCommitting = false
    }

    private func commit(_ group: [Entry]) async {
        do {
            for (entry, due) in zip(group, try await insert(group)) { entry.continuation.resume(returning: due) }
        } catch {
            // One by one, so that none suffers for another. Should the group be committed after all, its delivery ids tell.
            guard group.count > 1 else { return group.forEach { $0.continuation.resume(throwing: error) } }
            for entry in group { await commit([entry]) }
        }
    }

    private func insert(_ group: [Entry]) async throws -> [DueMessage?] {
        let results = try await pool.pipeline(
            [
                // In one order, so that nobody who does the same at the same time waits in a circle.
                PostgresStatement(
                    """
                    SELECT pg_advisory_xact_lock(lock)
                    FROM (SELECT hashtextextended(id, 0) AS lock FROM unnest($1::text[]) AS id ORDER BY 1) AS locks
                    """, [.textArray(group.map(\.message.deliveryID))])
            ] + group.map { OutboundQueue.insertion(of: $0.message, blob: $0.blob, onlyWith: nil) })
        guard results.count == group.count + 1 else { throw PostgresError(kind: .connection, message: "incomplete answer") }
        return try zip(group, results.dropFirst()).map { entry, result in try Self.due(entry, result.rows) }
    }

    private static func due(_ entry: Entry, _ rows: [PostgresRow]) throws(PostgresError) -> DueMessage? {
        guard let queueID = try rows.first?.int8(0) else { return nil }
        let message = entry.message
        var due = DueMessage(
            message: QueuedMessage(
                tenant: message.tenant, queueID: queueID, deliveryID: message.deliveryID, reversePath: message.reversePath,
                blob: entry.blob, size: Int64(message.bytes.count), usesUTF8: message.usesUTF8, body: message.body, ret: message.ret,
                envelopeID: message.envelopeID, receivedAt: message.receivedAt, expiresAt: message.expiresAt,
                submitter: message.submitter),
            recipients: [])
        for row in rows {
            let place = try row.int4(1), recipient = message.recipients[Int(place) - 1]
            due.recipients.append(
                QueuedRecipient(
                    id: place, address: recipient.address, notify: recipient.notify, originalRecipient: recipient.originalRecipient))
        }
        return due
    }
}
