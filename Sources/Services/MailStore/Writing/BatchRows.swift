import BlobStore
import Postgres

/// New rows of `messages`, column by column.
struct MessageInserts {
    private var mailbox: [Int64] = [], uid: [Int64] = [], modSeq: [Int64] = [], flags: [Int32] = [], keywords: [String] = []
    private var internalDate: [Int64] = [], size: [Int64] = [], segment: [Int64] = [], offset: [Int64] = [], length: [Int64] = []
    private var structure: [[UInt8]?] = []

    mutating func append(_ message: StoredMessage, keywords words: [String], structure bytes: [UInt8]?, to mailboxID: Int64) {
        mailbox.append(mailboxID)
        uid.append(Int64(message.uid))
        modSeq.append(Int64(clamping: message.modSeq))
        flags.append(Int32(message.flags.rawValue))
        keywords.append(words.joined(separator: " "))
        internalDate.append(message.internalDate * 1_000_000)
        size.append(message.size)
        segment.append(message.blob.segment)
        offset.append(message.blob.offset)
        length.append(message.blob.length)
        structure.append(bytes)
    }

    func statement(tenant: Int64) -> PostgresStatement? {
        guard !mailbox.isEmpty else { return nil }
        return PostgresStatement("""
            INSERT INTO messages (tenant_id, mailbox_id, uid, modseq, flags, keywords, internal_date, size,
                blob_segment, blob_offset, blob_length, structure)
            SELECT $1, m.mailbox_id, m.uid, m.modseq, m.flags, string_to_array(m.keywords, ' '), m.internal_date, m.size,
                m.blob_segment, m.blob_offset, m.blob_length, m.structure
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::text[], $7::timestamptz[], $8::bigint[],
                $9::bigint[], $10::bigint[], $11::bigint[], $12::bytea[])
                AS m (mailbox_id, uid, modseq, flags, keywords, internal_date, size, blob_segment, blob_offset, blob_length, structure)
            """, [
                .int8(tenant), .int8Array(mailbox), .int8Array(uid), .int8Array(modSeq), .int4Array(flags), .textArray(keywords),
                .timestampArray(internalDate), .int8Array(size), .int8Array(segment), .int8Array(offset), .int8Array(length),
                .optionalByteaArray(structure),
            ])
    }
}

/// Rows of `messages` that are copied, or moved, to another mailbox or place.
struct MessageCopies {
    private var source: [Int64] = [], sourceUID: [Int64] = [], target: [Int64] = [], targetUID: [Int64] = [], modSeq: [Int64] = []

    mutating func append(from mailbox: Int64, _ uid: UID, to targetMailbox: Int64, _ newUID: UID, _ change: ModSeq) {
        source.append(mailbox)
        sourceUID.append(Int64(uid))
        target.append(targetMailbox)
        targetUID.append(Int64(newUID))
        modSeq.append(Int64(clamping: change))
    }

    private func parameters(_ tenant: Int64) -> [PostgresValue] {
        [.int8(tenant), .int8Array(source), .int8Array(sourceUID), .int8Array(target), .int8Array(targetUID), .int8Array(modSeq)]
    }

    func copyStatement(tenant: Int64) -> PostgresStatement? {
        guard !source.isEmpty else { return nil }
        return PostgresStatement("""
            INSERT INTO messages (tenant_id, mailbox_id, uid, modseq, flags, keywords, internal_date, size,
                blob_segment, blob_offset, blob_length, structure)
            SELECT $1, c.target, c.target_uid, c.modseq, m.flags, m.keywords, m.internal_date, m.size,
                m.blob_segment, m.blob_offset, m.blob_length, m.structure
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) AS c (source, uid, target, target_uid, modseq)
            JOIN messages m ON m.tenant_id = $1 AND m.mailbox_id = c.source AND m.uid = c.uid
            """, parameters(tenant))
    }

    func moveStatement(tenant: Int64) -> PostgresStatement? {
        guard !source.isEmpty else { return nil }
        return PostgresStatement("""
            UPDATE messages m SET mailbox_id = c.target, uid = c.target_uid, modseq = c.modseq, saved_at = now()
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) AS c (source, uid, target, target_uid, modseq)
            WHERE m.tenant_id = $1 AND m.mailbox_id = c.source AND m.uid = c.uid
            """, parameters(tenant))
    }
}

/// Flags and keywords as they become.
struct FlagUpdates {
    private var mailbox: [Int64] = [], uid: [Int64] = [], modSeq: [Int64] = [], flags: [Int32] = [], keywords: [String] = []

    mutating func append(_ mailboxID: Int64, _ messageUID: UID, _ change: ModSeq, _ value: MessageFlags, _ words: [String]) {
        mailbox.append(mailboxID)
        uid.append(Int64(messageUID))
        modSeq.append(Int64(clamping: change))
        flags.append(Int32(value.rawValue))
        keywords.append(words.joined(separator: " "))
    }

    func statement(tenant: Int64) -> PostgresStatement? {
        guard !mailbox.isEmpty else { return nil }
        return PostgresStatement("""
            UPDATE messages m SET modseq = c.modseq, flags = c.flags, keywords = string_to_array(c.keywords, ' ')
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::text[]) AS c (mailbox_id, uid, modseq, flags, keywords)
            WHERE m.tenant_id = $1 AND m.mailbox_id = c.mailbox_id AND m.uid = c.uid
            """, [.int8(tenant), .int8Array(mailbox), .int8Array(uid), .int8Array(modSeq), .int4Array(flags), .textArray(keywords)])
    }
}

/// Rows of `messages` that go. What a held user removes is kept in `held_messages`, in the same statement: the database says who is held,
/// so that no hold is missed that nobody told the worker of yet.
struct MessageRemovals {
    private var mailbox: [Int64] = [], uid: [Int64] = []

    mutating func append(_ mailboxID: Int64, _ messageUID: UID) {
        mailbox.append(mailboxID)
        uid.append(Int64(messageUID))
    }

    func statement(tenant: Int64) -> PostgresStatement? {
        guard !mailbox.isEmpty else { return nil }
        return PostgresStatement("""
            WITH m AS (
                DELETE FROM messages m USING unnest($2::bigint[], $3::bigint[]) AS c (mailbox_id, uid)
                WHERE m.tenant_id = $1 AND m.mailbox_id = c.mailbox_id AND m.uid = c.uid
                RETURNING m.mailbox_id, m.uid, m.flags, m.keywords, m.internal_date, m.saved_at, m.size,
                    m.blob_segment, m.blob_offset, m.blob_length)
            \(HeldMessages.insertion)
            """, [.int8(tenant), .int8Array(mailbox), .int8Array(uid)])
    }
}

/// Rows of `messages` that are about to move into another user's mailbox: what a held user has removed so is kept too.
struct MessageDepartures {
    private var mailbox: [Int64] = [], uid: [Int64] = []

    mutating func append(_ mailboxID: Int64, _ messageUID: UID) {
        mailbox.append(mailboxID)
        uid.append(Int64(messageUID))
    }

    func statement(tenant: Int64) -> PostgresStatement? {
        mailbox.isEmpty ? nil : HeldMessages.keeping(mailbox, uid, of: tenant)
    }
}
