import Glibc
import Zstd

/// Reads records, beside the writer and on a thread of its own, so that a read does not wait for a flush.
actor SegmentReader {
    private let directory: SegmentDirectory
    private let descriptorLimit: Int
    private nonisolated let thread = DedicatedThread()
    /// Open segments, least recently used first.
    private var open: [(number: Int64, file: FileDescriptor)] = []
    private let decompressor = ZstdDecompressor()
    private var isClosed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(directory: SegmentDirectory, descriptorLimit: Int) {
        self.directory = directory
        self.descriptorLimit = max(1, descriptorLimit)
    }

    /// Asks the reader on its thread, and goes on where the caller is.
    nonisolated(nonsending) func answer<Value: Sendable>(_ body: @escaping @Sendable (isolated SegmentReader) -> Value) async -> Value {
        await withCheckedContinuation { answer in
            perform { answer.resume(returning: body($0)) }
        }
    }

    /// Has the reader do something on its thread, which nobody waits for here.
    nonisolated func perform(_ body: @escaping @Sendable (isolated SegmentReader) -> Void) {
        thread.perform { self.assumeIsolated { body($0) } }
    }

    func record(_ reference: BlobReference) throws(BlobError) -> [UInt8] {
        guard reference.offset >= 0, reference.length >= Int64(RecordHeader.size), reference.length < 1 << 33 else {
            throw .damaged(reference, reason: "impossible reference")
        }
        let record = try file(reference.segment).read(Int(reference.length), at: reference.offset)
        guard record.count == Int(reference.length) else { throw .damaged(reference, reason: "the segment ends before the record does") }
        return record
    }

    func message(_ reference: BlobReference) -> Result<[UInt8], BlobError> {
        Result { () throws(BlobError) in
            try RecordParts(try record(reference)[...], at: reference).message(at: reference, with: decompressor)
        }
    }

    func messages(_ references: ArraySlice<BlobReference>) -> [Result<[UInt8], BlobError>] { references.map { message($0) } }

    func described(_ reference: BlobReference) throws(BlobError) -> BlobRecord {
        try BlobRecord(decoding: try record(reference), at: reference, with: decompressor)
    }

    func scan(_ segment: Int64, from offset: Int64) throws(BlobError) -> [ScannedRecord] {
        let file = try file(segment)
        let length = max(0, try file.size() - offset)
        return SegmentScan.records(in: segment, try file.read(Int(length), at: offset), from: offset)
    }

    func segments() throws(BlobError) -> [Int64] { try directory.segments() }

    /// The octets of all segments, packed ones too.
    func sizes() throws(BlobError) -> [Int64: Int64] {
        var sizes: [Int64: Int64] = [:]
        for number in try directory.packedSegments() + directory.segments() { sizes[number] = try directory.size(of: number) }
        return sizes
    }

    func remove(_ number: Int64) throws(BlobError) {
        guard !isClosed else { throw .closed }
        letGo(of: number)
        try directory.remove(number)
    }

    /// Keeps a segment open no longer.
    func letGo(of number: Int64) {
        if let index = open.firstIndex(where: { $0.number == number }) { open.remove(at: index).file.close() }
    }

    func close() {
        isClosed = true
        for entry in open { entry.file.close() }
        open = []
    }

    private func file(_ number: Int64) throws(BlobError) -> FileDescriptor {
        guard !isClosed else { throw .closed }
        if let index = open.firstIndex(where: { $0.number == number }) {
            let entry = open.remove(at: index)
            open.append(entry)
            return entry.file
        }
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(directory.file(number), O_RDONLY)
        } catch {
            guard case .system(_, ENOENT) = error else { throw error }
            throw .noSuchSegment(number)
        }
        if open.count >= descriptorLimit { open.removeFirst().file.close() }
        open.append((number, file))
        return file
    }
}
