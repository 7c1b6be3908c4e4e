import Postgres

extension OutboundQueue {
    /// Removes the segments whose messages have all left the queue. The newest is kept: it takes the next messages.
    /// - Returns: how many were removed.
    @discardableResult
    public func removeUnusedSegments() async throws -> Int {
        let segments = try await blobs.segments().dropLast()
        // Without appends in hand, whatever these segments hold has its rows already; what comes now goes to the newest.
        guard !segments.isEmpty, appending.withLock({ $0 == 0 }) else { return 0 }
        let result = try await pool.query(
            "SELECT DISTINCT blob_segment FROM queue_messages WHERE blob_segment <= $1", [.int8(segments.last ?? 0)])
        var used: Set<Int64> = []
        for row in result.rows { used.insert(try row.int8(0)) }
        let unused = segments.filter { !used.contains($0) }
        for segment in unused { try await blobs.remove(segment: segment) }
        return unused.count
    }
}
