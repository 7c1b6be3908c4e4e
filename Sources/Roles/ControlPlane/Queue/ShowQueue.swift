import AdminAPI
import Postgres
import Quantities

extension Provisioning {
    /// `queue list`: the oldest first.
    func listQueue(_ request: AdminRequest<Nothing>) async throws -> [QueueEntry] {
        let tenant = try await filters(of: request).tenant
        return try await queued(tenant: tenant, to: request.query.optional("recipientDomain"))
    }

    /// `queue show`.
    func showQueued(_ request: AdminRequest<Nothing>) async throws -> QueueEntry { try await queued(request.path.require("id")) }

    func queued(_ id: QueueID) async throws -> QueueEntry {
        guard let entry = try await queued(id: id.number).first else { throw Self.noQueued(id) }
        return entry
    }

    static func noQueued(_ id: QueueID) -> AdminError {
        AdminError(.notFound, "There is no queued message \(id).", hint: "It may be delivered by now; `queue list` shows what waits.")
    }

    private func queued(id: Int64? = nil, tenant: TenantName? = nil, to domain: DomainName? = nil) async throws -> [QueueEntry] {
        var wanted: RowFilter = ["t.name": tenant?.text]
        wanted.require("q.queue_id", id.map { .int8($0) })
        wanted.require(domain.map { .textArray(Self.recipientEndings($0)) }) { endings in
            """
            (q.tenant_id, q.queue_id) IN (
                SELECT w.tenant_id, w.queue_id FROM queue_recipients w, unnest(\(endings)::text[]) AS e (ending)
                WHERE w.state = 'waiting' AND right(lower(w.address), length(e.ending)) = e.ending)
            """
        }
        let result = try await database.query(
            """
            SELECT q.queue_id, t.name, q.reverse_path, q.size, q.received_at, q.expires_at, q.held,
                array_agg(r.address ORDER BY r.recipient_id), array_agg(r.state ORDER BY r.recipient_id),
                array_agg(r.attempts ORDER BY r.recipient_id), array_agg(r.next_attempt_at ORDER BY r.recipient_id),
                array_agg(coalesce(r.last_reply, '') ORDER BY r.recipient_id)
            FROM queue_messages q JOIN queue_recipients r USING (tenant_id, queue_id) LEFT JOIN tenants t USING (tenant_id)
            WHERE \(wanted.sql)
            GROUP BY q.tenant_id, q.queue_id, t.name ORDER BY q.received_at, q.queue_id
            """, wanted.parameters)
        return try result.rows.map { row in
            QueueEntry(
                id: try row.int8(0), tenant: try row.optionalText(1).map { try TenantName($0) }, sender: try row.text(2),
                size: ByteCount(try row.int8(3)), receivedAt: try row.moment(4), expiresAt: try row.moment(5), held: try row.bool(6),
                recipients: try recipients(row, from: 7))
        }
    }

    private func recipients(_ row: PostgresRow, from column: Int) throws -> [QueueRecipient] {
        let (addresses, states) = (try row.textArray(column), try row.textArray(column + 1))
        let (attempts, times) = (try row.int4Array(column + 2), try row.timestampArray(column + 3))
        let replies = try row.textArray(column + 4)
        return addresses.indices.map { index in
            let state = QueueRecipient.State(rawValue: states[index]) ?? .waiting
            return QueueRecipient(
                address: addresses[index], state: state, attempts: Int(attempts[index]),
                nextAttemptAt: state == .waiting ? Timestamp(microsecondsSince1970: times[index]) : nil,
                lastReply: replies[index].isEmpty ? nil : replies[index])
        }
    }
}
