import Glibc
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
        return segments.count { !used.contains($0) && unlink(Self.file(of: $0, in: blobDirectory)) == 0 }
    }

    /// `0000000001.segment`, as the blob store names it.
    private static func file(of segment: Int64, in directory: String) -> String {
        let digits = String(segment)
        return "\(directory)/\(String(repeating: "0", count: max(0, 10 - digits.utf8.count)))\(digits).segment"
    }
}
