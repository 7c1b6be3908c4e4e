import Postgres

/// What a legal hold keeps of messages that their users remove: a row that finds their octets, which stay in the blob store.
enum HeldMessages {
    /// From rows of `messages` by the name `m`. Costs a look into an empty table where no hold is.
    static let insertion = """
        INSERT INTO held_messages (tenant_id, user_id, mailbox_id, uid, mailbox, flags, keywords, internal_date, saved_at, size,
            blob_segment, blob_offset, blob_length)
        SELECT $1, u.user_id, m.mailbox_id, m.uid, b.name, m.flags, m.keywords, m.internal_date, m.saved_at, m.size,
            m.blob_segment, m.blob_offset, m.blob_length
        FROM m JOIN mailboxes b ON b.tenant_id = $1 AND b.mailbox_id = m.mailbox_id
            JOIN users u ON u.tenant_id = $1 AND u.user_id = b.user_id
        WHERE EXISTS (SELECT FROM holds h WHERE h.tenant_id = $1) AND EXISTS (
            SELECT FROM holds h WHERE h.tenant_id = $1 AND \(covers))
        """

    /// Whether a hold by the name `h` concerns a user by the name `u`, of the same tenant.
    private static let covers = "(h.domain_id IS NULL AND h.user_id IS NULL OR h.domain_id = u.domain_id OR h.user_id = u.user_id)"

    /// What is kept of a user ($2) whom a hold concerns, and, where $5 says so, what is in the user's mailboxes; of INTERNALDATEs from $3
    /// on and before $4 (seconds since 1970; NULL: all).
    private static let readable = """
        SELECT m.* FROM (
            SELECT mailbox_id, uid, flags, keywords, internal_date, size, blob_segment, blob_offset, blob_length
            FROM held_messages WHERE tenant_id = $1 AND user_id = $2
            UNION ALL
            SELECT s.mailbox_id, s.uid, s.flags, s.keywords, s.internal_date, s.size, s.blob_segment, s.blob_offset, s.blob_length
            FROM mailboxes b JOIN messages s ON s.tenant_id = b.tenant_id AND s.mailbox_id = b.mailbox_id
            WHERE b.tenant_id = $1 AND b.user_id = $2 AND $5::boolean) m
        WHERE ($3::bigint IS NULL OR m.internal_date >= to_timestamp($3::bigint))
            AND ($4::bigint IS NULL OR m.internal_date < to_timestamp($4::bigint))
            AND EXISTS (
                SELECT FROM users u JOIN holds h ON h.tenant_id = u.tenant_id
                WHERE u.tenant_id = $1 AND u.user_id = $2 AND \(covers))
        """

    /// How much that is: messages and octets.
    static let amount = "SELECT count(*), coalesce(sum(size), 0)::bigint FROM (\(readable)) r"

    /// All of it in one row, as `TenantStore.arrivals` reads it, by date and numbered from 1 on.
    static let reading = """
        SELECT array_agg(number), array_agg(0::bigint), array_agg(flags),
            array_agg(array_to_string(keywords, ' ')) FILTER (WHERE keywords <> '{}'),
            array_agg(internal_date), array_agg(size), array_agg(blob_segment), array_agg(blob_offset), array_agg(blob_length),
            array_agg(number) FILTER (WHERE keywords <> '{}')
        FROM (SELECT row_number() OVER (ORDER BY internal_date, mailbox_id, uid) AS number, r.* FROM (\(readable)) r ORDER BY 1) sorted
        """

    /// Certain messages, which are about to go: their mailboxes and UIDs.
    static func keeping(_ mailboxes: [Int64], _ uids: [Int64], of tenant: Int64) -> PostgresStatement {
        PostgresStatement(
            """
            WITH m AS (
                SELECT s.* FROM messages s JOIN unnest($2::bigint[], $3::bigint[]) AS c (mailbox_id, uid) USING (mailbox_id, uid)
                WHERE s.tenant_id = $1)
            \(insertion)
            """, [.int8(tenant), .int8Array(mailboxes), .int8Array(uids)])
    }

    /// All messages of a mailbox that is about to go.
    static func keeping(mailbox: Int64, of tenant: Int64) -> PostgresStatement {
        PostgresStatement(
            """
            WITH m AS (SELECT * FROM messages WHERE tenant_id = $1 AND mailbox_id = $2)
            \(insertion)
            """, [.int8(tenant), .int8(mailbox)])
    }
}
