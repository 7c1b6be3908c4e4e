import Glibc

/// Writes records that are still wanted from sparse segments close together into segments of their own. A record is copied as it is: its
/// description goes on telling of its arrival.
actor SegmentPacker {
    /// Octets that are gathered before a write.
    private static let portion = 1 << 20

    private let directory: SegmentDirectory
    private nonisolated let thread = DedicatedThread()
    /// The newest number that this process gave, or took from a segment. None is given again while a reference from before may be in memory.
    private var newest: Int64 = 0
    private var isClosed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(directory: SegmentDirectory) { self.directory = directory }

    func close() { isClosed = true }

    /// The number is not given any more.
    func useUp(_ number: Int64) { newest = min(newest, number) }

    func pack(_ references: [BlobReference]) throws(BlobError) -> [Result<BlobReference, BlobError>] {
        guard !isClosed else { throw .closed }
        let number = min(newest, try directory.packedSegments().first ?? 0) - 1
        newest = number
        let file = try FileDescriptor.open(directory.file(number), O_RDWR | O_CREAT | O_EXCL)
        defer { file.close() }
        do {
            let places = try copy(references, to: file, number)
            guard places.contains(where: { (try? $0.get()) != nil }) else {
                try directory.remove(number)
                return places
            }
            try file.synchronize()
            try directory.synchronize()
            return places
        } catch {
            try? directory.remove(number)
            throw error
        }
    }

    private func copy(
        _ references: [BlobReference], to file: FileDescriptor, _ number: Int64
    ) throws(BlobError) -> [Result<BlobReference, BlobError>] {
        var places: [Result<BlobReference, BlobError>] = []
        var buffer: [UInt8] = []
        var end: Int64 = 0
        var source: (number: Int64, file: FileDescriptor)?
        defer { source?.file.close() }
        for reference in references {
            let record = Result { () throws(BlobError) in
                if source?.number != reference.segment {
                    source?.file.close()
                    source = nil
                    source = (reference.segment, try FileDescriptor.open(directory.file(reference.segment), O_RDONLY))
                }
                return try Self.record(reference, from: source?.file)
            }
            places.append(record.map { octets in
                let offset = end + Int64(buffer.count)
                buffer += octets
                return BlobReference(segment: number, offset: offset, length: reference.length)
            })
            if buffer.count >= Self.portion { try Self.write(&buffer, to: file, &end) }
        }
        try Self.write(&buffer, to: file, &end)
        return places
    }

    /// The record's octets, whose checksums were right.
    private static func record(_ reference: BlobReference, from file: FileDescriptor?) throws(BlobError) -> [UInt8] {
        guard let file, reference.offset >= 0, (Int64(RecordHeader.size)..<(1 << 33)).contains(reference.length) else {
            throw .damaged(reference, reason: "impossible reference")
        }
        let record = try file.read(Int(reference.length), at: reference.offset)
        _ = try RecordParts(record[...], at: reference)
        return record
    }

    private static func write(_ buffer: inout [UInt8], to file: FileDescriptor, _ end: inout Int64) throws(BlobError) {
        try file.write(buffer, at: end)
        end += Int64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }
}
