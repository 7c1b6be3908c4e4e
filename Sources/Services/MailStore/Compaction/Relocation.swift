import BlobStore
import Postgres
import Runtime

/// A message whose octets were packed.
struct Relocation: Sendable {
    let uid: UID
    let old: BlobReference
    let new: BlobReference
}

/// A row that says where a message's octets are.
struct BlobRow: Sendable {
    let user: Int64
    let mailbox: Int64
    let uid: UID
    /// Of `held_messages`, not of `messages`.
    let isHeld: Bool
    let blob: BlobReference
}

extension TenantStore {
    /// Rows that change in one transaction.
    private static let portion = 1_000

    func rows(in segments: [Int64]) async throws(StoreError) -> [BlobRow] {
        let result = try await database.query("""
            SELECT b.user_id, m.mailbox_id, m.uid, m.blob_segment, m.blob_offset, m.blob_length, false
            FROM messages m JOIN mailboxes b USING (tenant_id, mailbox_id) WHERE m.tenant_id = $1 AND m.blob_segment = ANY ($2::bigint[])
            UNION ALL SELECT user_id, mailbox_id, uid, blob_segment, blob_offset, blob_length, true
            FROM held_messages WHERE tenant_id = $1 AND blob_segment = ANY ($2::bigint[])
            """, [.int8(tenant), .int8Array(segments)])
        return try StoreError.reading { () throws(PostgresError) in
            try result.rows.map { (row) throws(PostgresError) in
                BlobRow(
                    user: try row.int8(0), mailbox: try row.int8(1), uid: UID(clamping: try row.int8(2)), isHeld: try row.bool(6),
                    blob: BlobReference(segment: try row.int8(3), offset: try row.int8(4), length: try row.int8(5)))
            }
        }
    }

    /// Has rows refer to where their octets lie too now; a row that does not refer to the old place any more stays as it is. Memory follows
    /// with each commit. A snapshot from before would lead a later worker astray, so it goes first.
    func relocate(_ rows: [(row: BlobRow, new: BlobReference)]) async throws(StoreError) {
        try await snapshots.remove(durably: Set(rows.lazy.filter { !$0.row.isHeld }.map(\.row.mailbox)))
        for isHeld in [false, true] {
            var rest = rows.filter { $0.row.isHeld == isHeld }[...]
            while !rest.isEmpty {
                let portion = rest.prefix(Self.portion)
                rest = rest.dropFirst(Self.portion)
                try await queue.perform { [self] batch throws(StoreError) in
                    // Snapshots are written then, and must not be outdated right away.
                    guard !queue.isClosing else { throw .unavailable(reason: "the store is closing") }
                    batch.run(after: statement(portion, isHeld: isHeld))
                    if !isHeld { batch.onCommit { [self] _ in relocateInMemory(portion) } }
                }
            }
        }
    }

    private func statement(_ portion: ArraySlice<(row: BlobRow, new: BlobReference)>, isHeld: Bool) -> PostgresStatement {
        PostgresStatement(isHeld ? Self.relocationOfHeld : Self.relocation, [
            .int8(tenant), .int8Array(portion.map(\.row.user)), .int8Array(portion.map(\.row.mailbox)),
            .int8Array(portion.map { Int64($0.row.uid) }), .int8Array(portion.map(\.row.blob.segment)),
            .int8Array(portion.map(\.row.blob.offset)), .int8Array(portion.map(\.new.segment)), .int8Array(portion.map(\.new.offset)),
        ])
    }

    private static let moves = """
        unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
            AS c (user_id, mailbox_id, uid, old_segment, old_offset, new_segment, new_offset)
        WHERE m.tenant_id = $1 AND m.mailbox_id = c.mailbox_id AND m.uid = c.uid
            AND m.blob_segment = c.old_segment AND m.blob_offset = c.old_offset
        """
    private static let relocation = "UPDATE messages m SET blob_segment = c.new_segment, blob_offset = c.new_offset FROM \(moves)"
    private static let relocationOfHeld = """
        UPDATE held_messages m SET blob_segment = c.new_segment, blob_offset = c.new_offset FROM \(moves) AND m.user_id = c.user_id
        """

    private func relocateInMemory(_ portion: ArraySlice<(row: BlobRow, new: BlobReference)>) {
        let moved = Dictionary(grouping: portion, by: \.row.mailbox).mapValues { rows in
            rows.map { Relocation(uid: $0.row.uid, old: $0.row.blob, new: $0.new) }
        }
        for user in Set(portion.map(\.row.user)) {
            for mailbox in accounts.loaded(user)?.mailboxes ?? [] { moved[mailbox.id].map { mailbox.relocate($0) } }
        }
        // Also those whose account nobody holds any more: snapshots are made of them.
        for state in states.all { moved[state.mailbox.id].map { state.relocate($0) } }
    }
}
