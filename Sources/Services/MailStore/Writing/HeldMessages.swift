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
            SELECT FROM holds h WHERE h.tenant_id = $1
                AND (h.domain_id IS NULL AND h.user_id IS NULL OR h.domain_id = u.domain_id OR h.user_id = u.user_id))
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
