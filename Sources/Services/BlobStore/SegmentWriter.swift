import Glibc
import Zstd

/// The one place that writes: all appends that wait share one write and one `fdatasync`.
///
/// Rules that keep acknowledged records safe: an append is answered only after the flush; a file is only ever written
/// behind its last whole record; after a failed write or flush a file is never written again, because the kernel may have
/// dropped what it could not write and will not say so twice.
actor SegmentWriter {
    private struct Request {
        let records: [BlobRecord]
        let answer: CheckedContinuation<Result<[BlobReference], BlobError>, Never>
    }

    /// The segment that takes the next records.
    private struct Tail {
        let number: Int64
        let file: FileDescriptor
        var end: Int64
    }

    /// Octets after which a flush begins though more appends wait: what they need in memory is bounded by it.
    private static let flushLimit: Int64 = 16 << 20

    private let directory: SegmentDirectory
    private let segmentSize: Int64
    private nonisolated let thread = DedicatedThread()
    private let compressor = ZstdCompressor()
    private var waiting: [Request] = []
    private var tail: Tail?
    private var isClosed = false
    /// Held while this process is the one that writes here.
    private var lock: FileDescriptor?
    /// Known to be durable by whoever took the store over: nothing is appended before it.
    private var known = LogPosition.start
    /// Segments up to this number are never appended to again by this process.
    private var sealedThrough: Int64 = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(directory: SegmentDirectory, segmentSize: Int64) {
        self.directory = directory
        self.segmentSize = segmentSize
    }

    func takeOver(behind position: LogPosition) throws(BlobError) {
        guard !isClosed else { throw .closed }
        known = max(known, position)
        guard lock == nil else { return }
        try directory.createIfMissing()
        guard let lock = try directory.lock() else { throw .inUse }
        self.lock = lock
    }

    /// Does not wait for the actor, so that a caller that is busy loses no time between asking and the write.
    nonisolated func append(_ records: [BlobRecord], _ answer: CheckedContinuation<Result<[BlobReference], BlobError>, Never>) {
        thread.perform { self.assumeIsolated { $0.take(Request(records: records, answer: answer)) } }
    }

    private func take(_ request: Request) {
        if isClosed { return request.answer.resume(returning: .failure(.closed)) }
        if request.records.isEmpty { return request.answer.resume(returning: .success([])) }
        waiting.append(request)
        // Runs behind the appends that are queued for this thread already, and takes them along.
        if waiting.count == 1 { thread.perform { self.assumeIsolated { $0.flush() } } }
    }

    /// Has the next record begin a new segment, so that nothing comes into those that are there any more.
    func beginSegment() throws(BlobError) {
        flush()
        sealedThrough = max(sealedThrough, tail?.number ?? 0, try directory.segments().last ?? 0)
        tail?.file.close()
        tail = nil
    }

    // Here, since this thread runs in any case.
    func noteLook(at seconds: Int64) throws(BlobError) { try directory.noteLook(at: seconds) }
    func lastLook() -> Int64? { directory.lastLook() }

    func close() {
        flush()
        isClosed = true
        tail?.file.close()
        tail = nil
        lock?.close()
        lock = nil
    }

    private func flush() {
        var rest = waiting[...]
        waiting = []
        while !rest.isEmpty { rest = write(rest) }
    }

    /// Writes as many requests as the current segment takes (at least one); returns the others.
    private func write(_ requests: ArraySlice<Request>) -> ArraySlice<Request> {
        var buffer: [UInt8] = []
        var answers: [(Request, Result<[(start: Int, length: Int)], BlobError>)] = []
        var rest = requests
        let room = min(segmentSize - (tail?.end ?? 0), Self.flushLimit)
        while let request = rest.first, buffer.isEmpty || Int64(buffer.count) < room {
            answers.append((request, encode(request.records, into: &buffer)))
            rest = rest.dropFirst()
        }
        let outcome = Result { () throws(BlobError) in try commit(buffer) }
        for (request, extents) in answers {
            request.answer.resume(returning: extents.flatMap { extents in
                outcome.map { (number, base) in
                    extents.map { BlobReference(segment: number, offset: base + Int64($0.start), length: Int64($0.length)) }
                }
            })
        }
        return rest
    }

    /// On error the buffer is as it was.
    private func encode(
        _ records: [BlobRecord], into buffer: inout [UInt8]
    ) -> Result<[(start: Int, length: Int)], BlobError> {
        let start = buffer.count
        var extents: [(start: Int, length: Int)] = []
        for record in records {
            let place = buffer.count
            do {
                try record.append(to: &buffer, with: compressor)
            } catch {
                buffer.removeSubrange(start...)
                return .failure(error)
            }
            extents.append((place, buffer.count - place))
        }
        return .success(extents)
    }

    /// Makes the octets durable, and says where they are.
    private func commit(_ buffer: [UInt8]) throws(BlobError) -> (number: Int64, base: Int64) {
        var segment = try segmentWithRoom(for: Int64(buffer.count))
        do {
            try segment.file.write(buffer, at: segment.end)
            try segment.file.synchronizeData()
        } catch {
            abandon(segment)
            throw error
        }
        let base = segment.end
        segment.end += Int64(buffer.count)
        tail = segment
        return (segment.number, base)
    }

    private func abandon(_ segment: Tail) {
        // What was refused must not turn up again after a restart. If the disk does not do this either, it may.
        try? segment.file.truncate(to: segment.end)
        segment.file.close()
        sealedThrough = max(sealedThrough, segment.number)
        tail = nil
        // The next process appends to the last segment: so let that be another one, as soon as the disk allows.
        tail = try? create(after: segment.number)
    }

    private func segmentWithRoom(for octets: Int64) throws(BlobError) -> Tail {
        if let tail, tail.end == 0 || tail.end + octets <= segmentSize { return tail }
        if let full = tail {
            full.file.close()
            sealedThrough = max(sealedThrough, full.number)
            tail = nil
            return try create(after: full.number)
        }
        try directory.createIfMissing()
        let last = try directory.segments().last ?? 0
        // A last segment that cannot be read is left alone: a new one is begun.
        if last > sealedThrough, last >= known.segment, let found = try? reopen(last) {
            // Shorter than it is known to have been: damaged. Records there would seem older than they are.
            let isWhole = last > known.segment || found.end >= known.offset
            if isWhole, found.end == 0 || found.end + octets <= segmentSize { return found }
            found.file.close()
        }
        return try create(after: max(last, sealedThrough, known.segment))
    }

    /// The last segment of an earlier process, if it ends with a whole record and no other process writes it.
    private func reopen(_ number: Int64) throws(BlobError) -> Tail? {
        let file = try FileDescriptor.open(directory.file(number), O_RDWR)
        do {
            if try file.lock(), let end = try SegmentScan.wholeLength(of: file, segment: number) {
                return Tail(number: number, file: file, end: end)
            }
            file.close()
            return nil
        } catch {
            file.close()
            throw error
        }
    }

    private func create(after number: Int64) throws(BlobError) -> Tail {
        var next = number + 1
        while true {
            if let segment = try createUnlessTaken(next) { return segment }
            next += 1
        }
    }

    /// Nil when another process has this number.
    private func createUnlessTaken(_ number: Int64) throws(BlobError) -> Tail? {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(directory.file(number), O_RDWR | O_CREAT | O_EXCL)
        } catch {
            guard case .system(_, EEXIST) = error else { throw error }
            return nil
        }
        do {
            if try file.lock() {
                try directory.synchronize()
                return Tail(number: number, file: file, end: 0)
            }
            file.close()
            return nil
        } catch {
            file.close()
            throw error
        }
    }
}
