import AdminAPI
import InternationalNames
import Postgres
import Supervision

/// Commands on many queued messages, a page a request: all that the caller sees, as far as they are selected.
extension Provisioning {
    /// `queue retry --all`: of those that are held, none.
    func retryManyQueued(_ request: AdminRequest<QueueSelection>) async throws -> QueueBatch { try await command(.retry, request.body) }

    /// `queue hold --all`: of those that are not held.
    func holdManyQueued(_ request: AdminRequest<QueueSelection>) async throws -> QueueBatch { try await command(.hold, request.body) }

    /// `queue release --all`.
    func releaseManyQueued(_ request: AdminRequest<QueueSelection>) async throws -> QueueBatch { try await command(.release, request.body) }

    /// `queue delete --all`: without notifications to their senders. Nothing of a page on which a message is under a legal hold.
    func deleteManyQueued(_ request: AdminRequest<QueueSelection>) async throws -> QueueBatch { try await command(.delete, request.body) }

    private func command(_ verb: QueueCommand.Verb, _ selection: QueueSelection) async throws -> QueueBatch {
        if let tenant = selection.tenant { _ = try await self.tenant(tenant) }
        let selected = Self.parameters(verb, selection)
        var batch = QueueBatch()
        if selection.after == nil { batch.total = try await total(selected) }
        let page = try await database.query(
            "SELECT q.queue_id FROM \(Self.selectedQueue) ORDER BY q.queue_id LIMIT \(QueueSelection.pageSize)", selected)
        let ids = try page.rows.map { try $0.int8(0) }
        (batch.first, batch.last) = (try ids.first.map { try QueueID("\($0)") }, try ids.last.map { try QueueID("\($0)") })
        batch.isLast = ids.count < QueueSelection.pageSize
        if verb == .delete { try await checkMayDelete(ids) }
        batch.messages = try await isRehearsal ? ids.count : queue.command(verb, ids)
        return batch
    }

    private func total(_ selected: [PostgresValue]) async throws -> QueueTotal {
        let found = try await database.query(
            """
            SELECT count(*), max(q.queue_id), coalesce(sum((
                SELECT count(*) FROM queue_recipients r
                WHERE r.tenant_id = q.tenant_id AND r.queue_id = q.queue_id AND r.state = 'waiting')), 0)::bigint
            FROM \(Self.selectedQueue)
            """, selected)
        guard let row = found.first else { return QueueTotal(messages: 0, recipients: 0, upTo: nil) }
        return QueueTotal(
            messages: Int(try row.int8(0)), recipients: Int(try row.int8(2)), upTo: try row.optionalInt8(1).map { try QueueID("\($0)") })
    }

    /// `$5`: how addresses end, in lower case, of which one waits.
    private static let selectedQueue = """
        queue_messages q LEFT JOIN tenants t ON t.tenant_id = q.tenant_id
        WHERE ($1::text IS NULL OR t.name = $1) AND q.queue_id > $2 AND q.queue_id <= $3 AND ($4::boolean IS NULL OR q.held = $4)
            AND ($5::text[] IS NULL OR EXISTS (
                SELECT FROM queue_recipients r, unnest($5::text[]) AS w (ending)
                WHERE r.tenant_id = q.tenant_id AND r.queue_id = q.queue_id AND r.state = 'waiting'
                    AND right(lower(r.address), length(w.ending)) = w.ending))
        """

    private static func parameters(_ verb: QueueCommand.Verb, _ selection: QueueSelection) -> [PostgresValue] {
        let held: Bool? =
            switch verb {
            case .retry, .hold: false
            case .release: true
            case .delete: nil
            }
        return [
            .optionalText(selection.tenant?.text), .int8(selection.after?.number ?? 0), .int8(selection.upTo?.number ?? .max),
            .optionalBool(held), selection.recipientDomain.map { .textArray(recipientEndings($0)) } ?? .null,
        ]
    }

    /// How addresses of a domain end; a recipient's domain may have been given in Unicode.
    static func recipientEndings(_ domain: DomainName) -> [String] {
        let spelling = InternationalName.unicode(domain.text).map { String(decoding: $0, as: UTF8.self) }
        return [domain.text, spelling].compactMap { name in name.map { "@\($0)" } }
    }
}
