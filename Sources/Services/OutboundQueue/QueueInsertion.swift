import BlobStore
import Postgres

extension OutboundQueue {
    /// Inserts a message with those recipients that its delivery id has not brought yet; returns a row for each of them: the queue id, and
    /// the recipient's place among those given, from 1.
    /// - Parameter onlyWith: a message that must still be in the queue, else nothing is inserted.
    static func insertion(of message: NewMessage, blob: BlobReference, onlyWith origin: QueuedMessage?) -> PostgresStatement {
        PostgresStatement(
            insertionSQL,
            [
                .int8(message.tenant), .text(message.deliveryID), .text(message.reversePath), .int8(blob.segment), .int8(blob.offset),
                .int8(blob.length), .int8(Int64(message.bytes.count)), .bool(message.usesUTF8), .text(message.body),
                .optionalText(message.ret), .optionalText(message.envelopeID), .timestamp(message.receivedAt),
                .timestamp(message.expiresAt), .textArray(message.recipients.map(\.address)),
                .optionalTextArray(message.recipients.map(\.notify)), .optionalTextArray(message.recipients.map(\.originalRecipient)),
                .optionalInt8(origin?.queueID), .optionalInt8(message.submitter),
            ])
    }

    private static let insertionSQL = """
        WITH fresh AS (
            SELECT address, notify, orcpt, position
            FROM unnest($14::text[], $15::text[], $16::text[]) WITH ORDINALITY AS given(address, notify, orcpt, position)
            WHERE NOT EXISTS (SELECT FROM queue_messages m JOIN queue_recipients r USING (tenant_id, queue_id)
                    WHERE m.delivery_id = $2 AND r.address = given.address)
                AND ($17::bigint IS NULL OR EXISTS (SELECT FROM queue_messages WHERE queue_id = $17))),
        message AS (
            INSERT INTO queue_messages (tenant_id, delivery_id, reverse_path, blob_segment, blob_offset, blob_length, size, utf8, body, ret,
                envid, received_at, expires_at, submitter)
            SELECT $1::bigint, $2::text, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::boolean, $9::text, $10::text,
                $11::text, $12::timestamptz, $13::timestamptz, $18::bigint
            WHERE EXISTS (SELECT FROM fresh)
            RETURNING tenant_id, queue_id),
        recipients AS (
            INSERT INTO queue_recipients (tenant_id, queue_id, recipient_id, address, next_attempt_at, notify, orcpt)
            SELECT message.tenant_id, message.queue_id, fresh.position::int, fresh.address, $12::timestamptz, fresh.notify, fresh.orcpt
            FROM message, fresh)
        SELECT message.queue_id, fresh.position::int FROM message, fresh ORDER BY fresh.position
        """
}
