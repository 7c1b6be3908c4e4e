import Postgres

extension OutboundQueue {
    /// Settles an attempt: the recipients' states and the notices that they call for become durable together. A message whose
    /// recipients are all settled leaves the queue. Repeating the call does no harm: the notices' delivery ids tell it.
    public func record(_ outcomes: [RecipientOutcome], of message: QueuedMessage, notices: [NewMessage] = []) async throws {
        guard !notices.isEmpty else { return try await settle(outcomes, of: message, notices: []) }
        try await withBlobs(of: notices) { references in
            let insertions = zip(notices, references).map { Self.insertion(of: $0, blob: $1, onlyWith: message) }
            try await settle(outcomes, of: message, notices: insertions)
        }
    }

    private func settle(_ outcomes: [RecipientOutcome], of message: QueuedMessage, notices: [PostgresStatement]) async throws(PostgresError)
    {
        let key: [PostgresValue] = [.int8(message.tenant), .int8(message.queueID)]
        let times = outcomes.map { outcome -> Int64 in
            if case .waiting(let time) = outcome.state { time } else { message.receivedAt }
        }
        // Locked first: two attempts that end at the same time would each see the other's recipients still waiting, and
        // neither would remove the message.
        var statements = [PostgresStatement("SELECT 1 FROM queue_messages WHERE tenant_id = $1 AND queue_id = $2 FOR UPDATE", key)]
        statements += notices
        statements.append(
            PostgresStatement(
                """
                UPDATE queue_recipients r
                SET state = o.state, attempts = r.attempts + 1, last_reply = o.reply, next_attempt_at = o.next_attempt_at
                FROM unnest($3::int[], $4::text[], $5::text[], $6::timestamptz[]) AS o(recipient_id, state, reply, next_attempt_at)
                WHERE r.tenant_id = $1 AND r.queue_id = $2 AND r.recipient_id = o.recipient_id AND r.state = 'waiting'
                """,
                key + [

                    .int4Array(outcomes.map(\.recipient)), .textArray(outcomes.map(\.stateName)),
                    .textArray(outcomes.map { Self.storable($0.reply) }),
                    .timestampArray(times),
                ]))
        statements.append(
            PostgresStatement(
                """
                DELETE FROM queue_messages m WHERE m.tenant_id = $1 AND m.queue_id = $2 AND NOT EXISTS (
                    SELECT FROM queue_recipients r WHERE r.tenant_id = $1 AND r.queue_id = $2 AND r.state = 'waiting')
                """, key))
        _ = try await pool.pipeline(statements)
    }

    /// PostgreSQL's text holds no NUL, and nobody needs more of a reply than this.
    private static func storable(_ reply: String) -> String {
        String(String.UnicodeScalarView(reply.unicodeScalars.lazy.filter { $0.value != 0 }.prefix(2_000)))
    }
}
