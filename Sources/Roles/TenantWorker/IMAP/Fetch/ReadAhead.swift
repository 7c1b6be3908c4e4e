import MailStore
import Runtime

/// Reads the next messages from the store while the present one is being sent.
@EventLoopActor
struct ReadAhead {
    private var reads: [UID: Task<[UInt8]?, any Error>] = [:]
    /// Messages, and octets of a message, that are read ahead.
    private static let depth = 4, largest: Int64 = 128 * 1024

    /// Starts reading the first of `uids` and some behind it.
    mutating func start(_ uids: ArraySlice<UID>, of selection: Selection) {
        for uid in uids.prefix(ReadAhead.depth) where reads[uid] == nil {
            guard let info = selection.info(uid), info.size <= ReadAhead.largest else { continue }
            reads[uid] = Task { try await selection.bytes(of: uid) }
        }
    }

    mutating func take(_ uid: UID, of selection: Selection) async throws -> [UInt8]? {
        guard let read = reads.removeValue(forKey: uid) else { return try await selection.bytes(of: uid) }
        return try await read.value
    }

    func cancel() {
        for read in reads.values { read.cancel() }
    }
}
