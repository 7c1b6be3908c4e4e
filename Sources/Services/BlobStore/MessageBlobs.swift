/// Immutable messages in append-only segments.
///
/// What `append` returned survives the death of every process and a power cut. Records describe themselves, so that
/// mailboxes can be rebuilt from them alone (`segments`, `scan`, `record`). Callers know records by reference only, never files.
/// Calls go straight from the caller's executor to the thread that reads or writes, and back.
public final class MessageBlobs: Sendable {
    private let writer: SegmentWriter
    private let reader: SegmentReader
    /// Takes a share of what is read together.
    private let secondReader: SegmentReader
    /// What needs no thread.
    private let resident: ResidentRecords
    private let packer: SegmentPacker

    /// Nothing is opened, and no thread started, before the first call.
    /// - Parameter directory: made when missing (its parent must exist).
    /// - Parameter segmentSize: octets after which a new segment is begun.
    /// - Parameter readDescriptors: how many segments each of three readers keeps open.
    public init(directory: String, segmentSize: Int64 = 64 << 20, readDescriptors: Int = 8) {
        let directory = SegmentDirectory(path: directory)
        writer = SegmentWriter(directory: directory, segmentSize: segmentSize)
        reader = SegmentReader(directory: directory, descriptorLimit: readDescriptors)
        secondReader = SegmentReader(directory: directory, descriptorLimit: readDescriptors)
        resident = ResidentRecords(directory: directory, descriptorLimit: readDescriptors)
        packer = SegmentPacker(directory: directory)
    }

    /// Makes this process the one that writes here, until it closes the store or dies; a process that stands still keeps its
    /// hold, and must be killed before another can take over.
    /// - Parameter known: what the caller knows to be durable. Records are appended behind it, also when the files are shorter.
    /// - Throws: `.inUse` while another process holds the store.
    public func takeOver(behind known: LogPosition) async throws(BlobError) { try await writer.takeOver(behind: known) }

    /// Stores records durably: all of them, or an error. Appends that wait at the same time share one flush.
    public nonisolated(nonsending) func append(_ records: [BlobRecord]) async throws(BlobError) -> [BlobReference] {
        try await withCheckedContinuation { append(records, $0) }.get()
    }

    /// The same, for a caller that does something else while the disk works: it returns at once, and resumes `answer`.
    public func append(_ records: [BlobRecord], _ answer: CheckedContinuation<Result<[BlobReference], BlobError>, Never>) {
        writer.append(records, answer)
    }

    /// The message, byte for byte.
    /// - Throws: `.damaged` when it is not what was appended.
    public nonisolated(nonsending) func read(_ reference: BlobReference) async throws(BlobError) -> [UInt8] {
        if let bytes = resident.message(reference) { return bytes }
        return try await reader.answer { $0.message(reference) }.get()
    }

    /// Several messages with one call, each with its own outcome, in the order of the references.
    public nonisolated(nonsending) func read(each references: [BlobReference]) async -> [Result<[UInt8], BlobError>] {
        guard references.count >= Self.worthTwo else {
            if let messages = resident.messages(references) { return messages.map { .success($0) } }
            return await reader.answer { $0.messages(references[...]) }
        }
        let middle = references.count / 2
        let halves = await withCheckedContinuation { answer in
            let halves = Halves(answer)
            reader.perform { halves.first($0.messages(references[..<middle])) }
            secondReader.perform { halves.second($0.messages(references[middle...])) }
        }
        return halves.0 + halves.1
    }

    /// Messages that are worth waking a second thread for: restoring one takes about as long as that.
    private static let worthTwo = 4

    /// A part of the message, cut to its end.
    public nonisolated(nonsending) func read(_ reference: BlobReference, range: Range<Int>) async throws(BlobError) -> [UInt8] {
        let message = try await read(reference)
        return Array(message[range.clamped(to: 0..<message.count)])
    }

    /// The message with its description.
    public nonisolated(nonsending) func record(_ reference: BlobReference) async throws(BlobError) -> BlobRecord {
        try await reader.described(reference)
    }

    /// Copies records, octet by octet, into a new segment of their own, and makes that durable. It is no part of the log.
    /// - Parameter references: best sorted by segment and offset.
    /// - Returns: where each lies too now, or why it could not be read, in the order of the references. Both places are good until
    ///   somebody removes a segment.
    public nonisolated(nonsending) func pack(
        _ references: [BlobReference]
    ) async throws(BlobError) -> [Result<BlobReference, BlobError>] {
        try await packer.pack(references)
    }

    /// The octets of each segment, packed ones too.
    public nonisolated(nonsending) func sizes() async throws(BlobError) -> [Int64: Int64] { try await reader.sizes() }

    /// Removes a segment that nobody refers to any more, and that takes no more records.
    public nonisolated(nonsending) func remove(segment: Int64) async throws(BlobError) {
        await packer.useUp(segment)
        try await reader.remove(segment)
        // Afterwards, since it cannot be opened again.
        await secondReader.letGo(of: segment)
        resident.letGo(of: segment)
    }

    /// Has the next record begin a new segment of the log: nothing comes into those that are there any more, as long as this process lives.
    public nonisolated(nonsending) func beginSegment() async throws(BlobError) { try await writer.beginSegment() }

    /// Notes that the store was looked through for what nobody wants, and when that was noted last (seconds since 1970).
    public nonisolated(nonsending) func noteLook(at seconds: Int64) async throws(BlobError) { try await writer.noteLook(at: seconds) }
    public nonisolated(nonsending) func lastLook() async -> Int64? { await writer.lastLook() }

    /// All segments of the log, oldest first.
    public nonisolated(nonsending) func segments() async throws(BlobError) -> [Int64] { try await reader.segments() }

    /// Every record of a segment in order, damaged ones without description.
    /// - Parameter offset: where to begin: 0, or the end of a record.
    public nonisolated(nonsending) func scan(segment: Int64, from offset: Int64 = 0) async throws(BlobError) -> [ScannedRecord] {
        try await reader.scan(segment, from: offset)
    }

    /// Waits for appends in hand; later calls throw `.closed`.
    public nonisolated(nonsending) func close() async {
        // The writer holds the folder against other processes: until nothing is removed any more.
        await packer.close()
        await reader.close()
        await secondReader.close()
        resident.close()
        await writer.close()
    }
}
