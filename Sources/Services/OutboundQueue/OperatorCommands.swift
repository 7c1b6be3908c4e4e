import Postgres

/// What an operator may do. An empty list of queue ids means all messages; each call returns how many messages it touched.
extension OutboundQueue {
    /// Makes the waiting recipients due at once.
    public func retry(_ messages: [Int64], at now: Int64) async throws(PostgresError) -> Int {
        try await count(
            """
            WITH changed AS (UPDATE queue_recipients SET next_attempt_at = $2
                WHERE state = 'waiting' AND (cardinality($1::bigint[]) = 0 OR queue_id = ANY ($1)) RETURNING queue_id)
            SELECT count(DISTINCT queue_id) FROM changed
            """, [.int8Array(messages), .timestamp(now)])
    }

    /// A held message is not tried until it is released.
    public func setHeld(_ held: Bool, _ messages: [Int64]) async throws(PostgresError) -> Int {
        try await count(
            """
            WITH changed AS (UPDATE queue_messages SET held = $2
                WHERE held <> $2 AND (cardinality($1::bigint[]) = 0 OR queue_id = ANY ($1)) RETURNING queue_id)
            SELECT count(*) FROM changed
            """, [.int8Array(messages), .bool(held)])
    }

    /// Removes messages without telling their senders.
    public func delete(_ messages: [Int64]) async throws(PostgresError) -> Int {
        try await count(
            """
            WITH gone AS (DELETE FROM queue_messages WHERE cardinality($1::bigint[]) = 0 OR queue_id = ANY ($1) RETURNING queue_id)
            SELECT count(*) FROM gone
            """, [.int8Array(messages)])
    }

    private func count(_ sql: String, _ parameters: [PostgresValue]) async throws(PostgresError) -> Int {
        Int(clamping: try await pool.query(sql, parameters).rows.first?.int8(0) ?? 0)
    }
}
