import MailStore
import Runtime

/// Reads the next messages from the store while the present one is being sent, several with one call.
@EventLoopActor
struct ReadAhead {
    private typealias Outcome = Result<[UInt8]?, StoreError>
    private var reads: [UID: Task<[UID: Outcome], Never>] = [:]
    /// Messages that are read with one call, and that may wait when the next call begins.
    private static let together = 16, low = 8
    /// Octets of one call, twice as many of which may be in memory; and of a message that is read ahead.
    private static let octets: Int64 = 256 * 1024, largest: Int64 = 128 * 1024

    /// Starts reading the first of `uids` and some behind it. A single one is left to `take`, which knows the message last read.
    mutating func start(_ uids: ArraySlice<UID>, of selection: Selection) {
        guard uids.count > 1, reads.count <= ReadAhead.low else { return }
        var wanted: [UID] = []
        var room = ReadAhead.octets
        for uid in uids.prefix(ReadAhead.low + ReadAhead.together) where reads[uid] == nil {
            guard let info = selection.info(uid), info.size <= ReadAhead.largest else { continue }
            guard info.size <= room, wanted.count < ReadAhead.together else { break }
            wanted.append(uid)
            room -= info.size
        }
        guard !wanted.isEmpty else { return }
        let read = EventLoopActor.task { [wanted] in await selection.bytes(ofEach: wanted) }
        for uid in wanted { reads[uid] = read }
    }

    mutating func take(_ uid: UID, of selection: Selection) async throws -> [UInt8]? {
        guard let read = reads.removeValue(forKey: uid), let outcome = await read.value[uid] else {
            return try await selection.bytes(of: uid)
        }
        return try outcome.get()
    }

    func cancel() {
        for read in reads.values { read.cancel() }
    }
}
