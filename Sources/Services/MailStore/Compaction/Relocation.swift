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
    let blob: BlobReference
}

extension TenantStore {
    /// Rows that change in one transaction.
    private static let portion = 1_000

    /// Those that refer to octets in these segments, a page at a time, by their keys.
    /// - Parameter last: the last row of the page before.
    func rows(in segments: [Int64], areHeld: Bool, after last: BlobRow?) async throws(StoreError) -> [BlobRow] {
        let key = [last?.user ?? 0, last?.mailbox ?? 0, Int64(last?.uid ?? 0)].suffix(areHeld ? 3 : 2).map(PostgresValue.int8)
        let result = try await database.query(
            areHeld ? Self.pageOfHeld : Self.page, [.int8(tenant), .int8Array(segments), .int8(Self.pageSize)] + key)
        return try StoreError.reading { () throws(PostgresError) in
            try result.rows.map { (row) throws(PostgresError) in
                BlobRow(
                    user: try row.int8(0), mailbox: try row.int8(1), uid: UID(clamping: try row.int8(2)),
                    blob: BlobReference(segment: try row.int8(3), offset: try row.int8(4), length: try row.int8(5)))
            }
        }
    }

    private static let pageSize: Int64 = 10_000

    // All pages together go through the tenant's messages once, in the order of their key.
    private static let page = """
        SELECT b.user_id, m.mailbox_id, m.uid, m.blob_segment, m.blob_offset, m.blob_length
        FROM (SELECT mailbox_id, uid, blob_segment, blob_offset, blob_length FROM messages
            WHERE tenant_id = $1 AND blob_segment = ANY ($2::bigint[]) AND (mailbox_id, uid) > ($4, $5)
            ORDER BY mailbox_id, uid LIMIT $3) m
            JOIN mailboxes b ON b.tenant_id = $1 AND b.mailbox_id = m.mailbox_id
        ORDER BY m.mailbox_id, m.uid
        """
    private static let pageOfHeld = """
        SELECT user_id, mailbox_id, uid, blob_segment, blob_offset, blob_length FROM held_messages
        WHERE tenant_id = $1 AND blob_segment = ANY ($2::bigint[]) AND (user_id, mailbox_id, uid) > ($4, $5, $6)
        ORDER BY user_id, mailbox_id, uid LIMIT $3
        """

    /// Has rows refer to where their octets lie too now; a row that does not refer to the old place any more stays as it is. Memory follows
    /// with each commit. A snapshot from before would lead a later worker astray, so it goes first.
    /// - Parameter rows: all held, or none.
    func relocate(_ rows: [(row: BlobRow, new: BlobReference)], areHeld: Bool) async throws(StoreError) {
        if !areHeld { try await snapshots.remove(durably: Set(rows.map(\.row.mailbox))) }
        var rest = rows[...]
        while !rest.isEmpty {
            let portion = rest.prefix(Self.portion)
            rest = rest.dropFirst(Self.portion)
            // Also when the answer is lost of a commit that took place: then memory is behind, until `settlePlaces`.
            if !areHeld { placesInDoubt = Dictionary(portion.map { ($0.new, $0.row.blob) }, uniquingKeysWith: { first, _ in first }) }
            try await queue.perform { [self] batch throws(StoreError) in
                // Snapshots are written then, and must not be outdated right away.
                guard !queue.isClosing else { throw .unavailable(reason: "the store is closing") }
                batch.run(after: statement(portion, isHeld: areHeld))
                if !areHeld { batch.onCommit { [self] _ in relocateInMemory(portion) } }
            }
            placesInDoubt = [:]
        }
    }

    /// Finds out what became of a relocation whose outcome is not known: the rows that refer to its new places tell, whichever mailbox they
    /// came into since, and memory follows them. In the line of changes, so that none comes in between.
    func settlePlaces() async throws(StoreError) {
        guard !placesInDoubt.isEmpty else { return }
        let places = Array(placesInDoubt)
        let question = PostgresStatement(Self.relocated, [
            .int8(tenant), .int8Array(places.map(\.key.segment)), .int8Array(places.map(\.key.offset)),
        ])
        try await queue.perform(alone: true) { [self] batch throws(StoreError) in
            batch.run(after: question)
            batch.onCommit { [self] batch in
                guard let rows = batch.afterResults.last.flatMap({ try? Self.relocatedRows($0, placesInDoubt) }) else { return }
                relocateInMemory(rows[...])
                placesInDoubt = [:]
            }
        }
        try requireGoodState()
    }

    private static let relocated = """
        SELECT b.user_id, m.mailbox_id, m.uid, m.blob_segment, m.blob_offset, m.blob_length
        FROM unnest($2::bigint[], $3::bigint[]) AS c (new_segment, new_offset)
            JOIN messages m ON m.tenant_id = $1 AND m.blob_segment = c.new_segment AND m.blob_offset = c.new_offset
            JOIN mailboxes b ON b.tenant_id = $1 AND b.mailbox_id = m.mailbox_id
        """

    private static func relocatedRows(
        _ found: PostgresResult, _ places: [BlobReference: BlobReference]
    ) throws(PostgresError) -> [(row: BlobRow, new: BlobReference)] {
        var rows: [(row: BlobRow, new: BlobReference)] = []
        for row in found.rows {
            let new = BlobReference(segment: try row.int8(3), offset: try row.int8(4), length: try row.int8(5))
            guard let old = places[new] else { continue }
            rows.append((BlobRow(user: try row.int8(0), mailbox: try row.int8(1), uid: UID(clamping: try row.int8(2)), blob: old), new))
        }
        return rows
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
