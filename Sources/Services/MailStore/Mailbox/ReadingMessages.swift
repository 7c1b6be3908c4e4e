import BlobStore
import Postgres
import Runtime

extension Selection {
    /// Nil when the message is expunged (though this session may not know yet).
    public func info(_ uid: UID) -> MessageInfo? { state.message(uid).map(state.info) }

    /// Messages of this view that still exist, ascending by UID, with their sequence numbers.
    /// - Parameter places: of these sequence numbers less 1, cut to those there are; nil: all.
    public func forEach<Failure: Error>(
        in places: Range<Int>? = nil, _ body: (_ sequenceNumber: Int, MessageInfo) throws(Failure) -> Void
    ) throws(Failure) {
        // Taken once: asking the state for each message costs more than most bodies.
        let uids = uids, shared = state.messages, state = state
        let places = (places ?? uids.indices).clamped(to: uids.indices)
        guard let first = places.first.map({ uids[$0] }) else { return }
        var next = state.uids.partitioningIndex { $0 >= first }
        for index in places {
            let uid = uids[index]
            while next < shared.count, shared[next].uid < uid { next += 1 }
            guard next < shared.count else { return }
            if shared[next].uid == uid { try body(index + 1, state.info(shared[next])) }
        }
    }

    /// Every keyword that some message has: for the FLAGS response.
    public var keywordsInUse: [String] { state.keywordsInUse }

    /// The whole message; nil when it is expunged.
    public func bytes(of uid: UID) async throws(StoreError) -> [UInt8]? {
        guard let message = state.message(uid) else { return nil }
        return try await account.store.reader.read(message.blob)
    }

    /// Whole messages, read with one call; nil for those that are expunged. Small ones: all are in memory at the same time.
    public func bytes(ofEach uids: [UID]) async -> [UID: Result<[UInt8]?, StoreError>] {
        var outcomes: [UID: Result<[UInt8]?, StoreError>] = [:]
        var present: [(uid: UID, blob: BlobReference)] = []
        for uid in uids {
            if let message = state.message(uid) { present.append((uid, message.blob)) } else { outcomes[uid] = .success(nil) }
        }
        let results = await account.store.reader.read(each: present.map(\.blob))
        for (entry, result) in zip(present, results) { outcomes[entry.uid] = result.map { Optional($0) } }
        return outcomes
    }

    /// The encoded MIME structures (`messages.structure`, read with `CachedStructure(decoding:)`); made and kept when missing.
    /// Expunged messages are left out. A structure takes a kilobyte or so: ask for some hundreds of messages at a time.
    public func structures(of wanted: [UID]) async throws(StoreError) -> [UID: [UInt8]] {
        let store = account.store
        let existing = wanted.filter { state.index(of: $0) != nil }.sorted()
        guard !existing.isEmpty else { return [:] }
        let result = try await store.database.query(
            isDense(existing) ? Self.structuresOfRange : Self.structuresOfEach,
            [.int8(store.tenant), .int8(mailbox.id), .int8Array(existing.map { Int64($0) })])
        var structures: [UID: [UInt8]] = [:]
        for row in result.rows {
            let (uid, structure) = try StoreError.reading { () throws(PostgresError) in
                (UID(clamping: try row.int8(0)), try row.optionalBytes(1))
            }
            if let structure, CachedStructures.isCurrent(structure) { structures[uid] = structure }
        }
        var made: [UID: [UInt8]] = [:]
        for uid in existing where structures[uid] == nil {
            guard let bytes = try await bytes(of: uid) else { continue }
            // Only large messages come without: beside the event loop, which has others to serve meanwhile.
            made[uid] = await Task.detached { CachedStructures.encodeAlways(bytes) }.value
        }
        if !made.isEmpty { store.keepStructures(made, of: mailbox) }
        return structures.merging(made) { $1 }
    }

    /// Whether these messages, ascending, are a good part of all that lie between the first and the last.
    private func isDense(_ wanted: [UID]) -> Bool {
        guard let low = wanted.first, let high = wanted.last, let first = state.index(of: low), let last = state.index(of: high) else {
            return false
        }
        return last - first < 4 * wanted.count
    }

    // The planner has no statistics of these columns, and takes `uid = ANY` alone for a filter over the whole mailbox: so the
    // range is spelled out where the messages lie together, and each one is looked up where they do not.
    private static let structuresOfRange = """
        SELECT uid, structure FROM messages WHERE tenant_id = $1 AND mailbox_id = $2 AND uid = ANY ($3::bigint[])
            AND uid BETWEEN ($3::bigint[])[1] AND ($3::bigint[])[cardinality($3::bigint[])]
        """
    private static let structuresOfEach = """
        SELECT wanted.uid, found.structure FROM unnest($3::bigint[]) AS wanted (uid), LATERAL (
            SELECT structure FROM messages m WHERE m.tenant_id = $1 AND m.mailbox_id = $2 AND m.uid = wanted.uid OFFSET 0) found
        """
}

extension TenantStore {
    /// Writes structures beside their messages, later; nobody waits for it, and nothing is lost without it.
    func keepStructures(_ made: [UID: [UInt8]], of mailbox: Mailbox) {
        let uids = made.keys.sorted()
        let statement = PostgresStatement("""
            UPDATE messages m SET structure = c.structure FROM unnest($3::bigint[], $4::bytea[]) AS c (uid, structure)
            WHERE m.tenant_id = $1 AND m.mailbox_id = $2 AND m.uid = c.uid
            """, [
                .int8(tenant), .int8(mailbox.id), .int8Array(uids.map { Int64($0) }), .byteaArray(uids.compactMap { made[$0] }),
            ])
        queue.performLater { batch throws(StoreError) in batch.run(after: statement) }
    }

    /// Notes which messages some session has seen (`\Recent`), later.
    func keepRecent(of mailbox: Mailbox) {
        guard !mailbox.isGone else { return }
        queue.performLater { [tenant] batch throws(StoreError) in
            batch.run(after: PostgresStatement(
                "UPDATE mailboxes SET recent_uid = $3 WHERE tenant_id = $1 AND mailbox_id = $2",
                [.int8(tenant), .int8(mailbox.id), .int8(Int64(mailbox.recentUID))]))
        }
    }
}
