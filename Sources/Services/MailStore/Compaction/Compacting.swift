import BlobStore
import Postgres
import Runtime

/// What `TenantStore.compact` did.
public struct CompactionOutcome: Sendable, Equatable {
    /// Octets that the file system has back.
    public var freed: Int64 = 0
    /// Octets of records that were written anew.
    public var packed: Int64 = 0

    public init() {}
}

extension TenantStore {
    /// Seconds between two looks, and before the next one where a look left something.
    private static let period: Int64 = 86_400, pause: Int64 = 3_600
    /// Packed in one go; each costs a way through the tenant's messages.
    private static let groupsAtOnce = 16

    /// Whether nobody looked for a day.
    public func isCompactionDue(at moment: Int64? = nil) async -> Bool {
        guard !isCompacting else { return false }
        if lastLook == nil { lastLook = await blobs.lastLook() }
        guard let lastLook else { return true }
        return !(lastLook...(lastLook + Self.period)).contains(moment ?? Clock.now())
    }

    /// Gives the octets of messages that nobody has any more back to the file system: segments without any wanted record are removed, and
    /// what is wanted of sparse ones is packed together first. Message and UID, flag and quota stay as they are, and sessions go on.
    ///
    /// At every moment each row finds its octets: a record lies durably in its new place before its rows say so, and the old segment goes
    /// when no row says it any more.
    /// - Parameters:
    ///   - grace: how long whoever has just looked up an old place may take to read there.
    ///   - isTrial: whether it is only found out what would be done.
    /// - Throws: `unavailable` also while it is being done already.
    public func compact(
        at moment: Int64? = nil, grace: Duration = .seconds(10), isTrial: Bool = false
    ) async throws(StoreError) -> CompactionOutcome {
        guard !isCompacting || isTrial else { throw .unavailable(reason: "disk space is being given back already") }
        if !isTrial {
            isCompacting = true
            // First: should it be too much for this process, it is not begun again at once.
            await noteLook(at: moment ?? Clock.now())
        }
        defer { if !isTrial { isCompacting = false } }
        try await queue.settled()
        if !isTrial { try await settlePlaces() }
        let live = try await liveOctets()
        var entered = try await entered(), sizes = try await sizes()
        let newest = entered.segment
        let isClosed = CompactionPlan.isSparse(sizes[newest] ?? 0, live[newest] ?? 0)
        if isClosed, !isTrial {
            try await reading { () throws(BlobError) in try await blobs.beginSegment() }
            try await queue.settled()
            entered = try await self.entered()
            sizes = try await self.sizes()
        }
        // Of the segments that the rows do not reach beyond, only the one that was just closed takes no more records.
        let whole = sizes.filter { segment, size in
            segment < entered.segment || segment == newest && isClosed && size <= entered.offset
        }
        let plan = CompactionPlan(sizes: whole, live: live)
        if isTrial { return plan.foreseen }
        var outcome = CompactionOutcome()
        // First what needs no room for it.
        outcome.freed += try await remove(plan.unused, sizes, after: grace)
        let groups = plan.groups.prefix(Self.groupsAtOnce)
        for group in groups { outcome.packed += try await pack(group) }
        outcome.freed += try await remove(Array(groups.joined()), sizes, after: grace)
        if groups.count < plan.groups.count { await noteLook(at: (moment ?? Clock.now()) - Self.period + Self.pause) }
        return outcome
    }

    private func noteLook(at now: Int64) async {
        lastLook = now
        try? await blobs.noteLook(at: now)
    }

    /// Who goes on while the store closes would keep others waiting; and with memory in doubt nothing may go that it could refer to.
    func requireGoodState() throws(StoreError) {
        guard !queue.isClosing else { throw .unavailable(reason: "the store is closing") }
        guard placesInDoubt.isEmpty else { throw .unavailable(reason: "it is not known where messages are") }
    }

    /// Removes those of the segments that no row refers to.
    /// - Returns: octets that this gives back.
    private func remove(_ segments: [Int64], _ sizes: [Int64: Int64], after grace: Duration) async throws(StoreError) -> Int64 {
        guard !segments.isEmpty else { return 0 }
        await EventLoopActor.sleep(for: grace)
        relocations += 1
        try await queue.settled()
        let used = try await segmentsInUse(among: segments)
        var freed: Int64 = 0
        for segment in segments where !used.contains(segment) {
            try requireGoodState()
            try await reading { () throws(BlobError) in try await blobs.remove(segment: segment) }
            freed += sizes[segment] ?? 0
        }
        return freed
    }

    /// How far the log is in the rows.
    private func entered() async throws(StoreError) -> LogPosition {
        let result = try await database.query("SELECT log_segment, log_offset FROM leases WHERE tenant_id = $1", [.int8(tenant)])
        return try StoreError.reading { () throws(PostgresError) in
            guard let row = result.first else { throw PostgresError(kind: .usage, message: "the tenant has no lease") }
            return LogPosition(segment: try row.int8(0), offset: try row.int8(1))
        }
    }

    private func sizes() async throws(StoreError) -> [Int64: Int64] {
        try await reading { () throws(BlobError) in try await blobs.sizes() }
    }

    /// By segment, each record once, however many messages share it.
    private func liveOctets() async throws(StoreError) -> [Int64: Int64] {
        let result = try await database.query("""
            SELECT blob_segment, sum(blob_length)::bigint FROM (
                SELECT blob_segment, blob_offset, blob_length FROM messages WHERE tenant_id = $1
                UNION SELECT blob_segment, blob_offset, blob_length FROM held_messages WHERE tenant_id = $1) wanted
            GROUP BY blob_segment
            """, [.int8(tenant)])
        return try StoreError.reading { () throws(PostgresError) in
            var octets: [Int64: Int64] = [:]
            for row in result.rows { octets[try row.int8(0)] = try row.int8(1) }
            return octets
        }
    }

    private func segmentsInUse(among segments: [Int64]) async throws(StoreError) -> Set<Int64> {
        let result = try await database.query("""
            SELECT blob_segment FROM messages WHERE tenant_id = $1 AND blob_segment = ANY ($2::bigint[])
            UNION SELECT blob_segment FROM held_messages WHERE tenant_id = $1 AND blob_segment = ANY ($2::bigint[])
            """, [.int8(tenant), .int8Array(segments)])
        return try StoreError.reading { () throws(PostgresError) in
            var used: Set<Int64> = []
            for row in result.rows { used.insert(try row.int8(0)) }
            return used
        }
    }

    /// Packs what is wanted of these segments, and has all rows refer to the new places.
    /// - Returns: octets that were written anew.
    private func pack(_ segments: [Int64]) async throws(StoreError) -> Int64 {
        var moved: [BlobReference: BlobReference] = [:]
        for areHeld in [false, true] {
            var last: BlobRow?
            repeat {
                try requireGoodState()
                let rows = try await rows(in: segments, areHeld: areHeld, after: last)
                last = rows.last
                try await pack(rows, &moved)
                relocations += 1
                try await relocate(rows.compactMap { row in moved[row.blob].map { (row, $0) } }, areHeld: areHeld)
            } while last != nil
        }
        return moved.keys.reduce(0) { $0 + $1.length }
    }

    /// - Parameter moved: what was packed before, with new places; each record is packed once.
    private func pack(_ rows: [BlobRow], _ moved: inout [BlobReference: BlobReference]) async throws(StoreError) {
        let wanted = Set(rows.map(\.blob)).filter { moved[$0] == nil }.sorted { $0.start < $1.start }
        guard !wanted.isEmpty else { return }
        let places = try await reading { () throws(BlobError) in try await blobs.pack(wanted) }
        for (old, place) in zip(wanted, places) {
            switch place {
            case .success(let new): moved[old] = new
            case .failure(let error):
                Log.error("a message cannot be read, and stays where it is", ["tenant": "\(tenant)", "blob": "\(old)", "error": "\(error)"])
            }
        }
    }
}
