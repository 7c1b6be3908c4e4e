/// Immutable messages in append-only segments.
///
/// What `append` returned survives the death of every process and a power cut. Records describe themselves, so that
/// mailboxes can be rebuilt from them alone (`segments`, `scan`, `record`). Callers know records by reference only, never files.
/// Calls go straight from the caller's executor to the thread that reads or writes, and back.
public final class MessageBlobs: Sendable {
    private let writer: SegmentWriter
    private let reader: SegmentReader

    /// Nothing is opened, and no thread started, before the first call.
    /// - Parameter directory: made when missing (its parent must exist).
    /// - Parameter segmentSize: octets after which a new segment is begun.
    /// - Parameter readDescriptors: how many segments are kept open for reading.
    public init(directory: String, segmentSize: Int64 = 64 << 20, readDescriptors: Int = 8) {
        let directory = SegmentDirectory(path: directory)
        writer = SegmentWriter(directory: directory, segmentSize: segmentSize)
        reader = SegmentReader(directory: directory, descriptorLimit: readDescriptors)
    }

    /// Stores records durably: all of them, or an error. Appends that wait at the same time share one flush.
    public nonisolated(nonsending) func append(_ records: [BlobRecord]) async throws(BlobError) -> [BlobReference] {
        try await writer.append(records).get()
    }

    /// The message, byte for byte.
    /// - Throws: `.damaged` when it is not what was appended.
    public nonisolated(nonsending) func read(_ reference: BlobReference) async throws(BlobError) -> [UInt8] {
        try await reader.message(reference)
    }

    /// Several messages with one call, each with its own outcome, in the order of the references.
    public nonisolated(nonsending) func read(each references: [BlobReference]) async -> [Result<[UInt8], BlobError>] {
        await reader.messages(references)
    }

    /// A part of the message, cut to its end.
    public nonisolated(nonsending) func read(_ reference: BlobReference, range: Range<Int>) async throws(BlobError) -> [UInt8] {
        let message = try await read(reference)
        return Array(message[range.clamped(to: 0..<message.count)])
    }

    /// The message with its description.
    public nonisolated(nonsending) func record(_ reference: BlobReference) async throws(BlobError) -> BlobRecord {
        try await reader.described(reference)
    }

    /// All segments, oldest first.
    public nonisolated(nonsending) func segments() async throws(BlobError) -> [Int64] { try await reader.segments() }

    /// Every record of a segment in order, damaged ones without description.
    public nonisolated(nonsending) func scan(segment: Int64) async throws(BlobError) -> [ScannedRecord] { try await reader.scan(segment) }

    /// Waits for appends in hand; later calls throw `.closed`.
    public nonisolated(nonsending) func close() async {
        await writer.close()
        await reader.close()
    }
}
