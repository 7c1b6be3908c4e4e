import Glibc

/// The folder of a store: `0000000001.segment`, `0000000002.segment`, … are the log of what came in; `0000000001.packed`, … hold what
/// was taken over from sparse segments, and have the numbers -1, -2, …
struct SegmentDirectory: Sendable {
    let path: String
    private static let suffix = ".segment", packedSuffix = ".packed"
    private static let digits = 10

    func file(_ number: Int64) -> String {
        let text = String(number.magnitude)
        let zeros = String(repeating: "0", count: max(0, Self.digits - text.utf8.count))
        return "\(path)/\(zeros)\(text)\(number < 0 ? Self.packedSuffix : Self.suffix)"
    }

    /// Makes the folder (not its parents) durable if it is missing.
    func createIfMissing() throws(BlobError) {
        if mkdir(path, 0o700) == 0 {
            let parent = try FileDescriptor.open("\(path)/..", O_RDONLY | O_DIRECTORY)
            defer { parent.close() }
            try parent.synchronize()
        } else if errno != EEXIST {
            throw .system(operation: "mkdir", code: errno)
        }
    }

    /// Nil when another process has it. Whoever gets the descriptor holds the folder until it is closed.
    func lock() throws(BlobError) -> FileDescriptor? {
        let file = try FileDescriptor.open("\(path)/lock", O_RDWR | O_CREAT)
        do {
            if try file.lock() { return file }
            file.close()
            return nil
        } catch {
            file.close()
            throw error
        }
    }

    /// The numbers of all segments of the log, ascending; none when the folder does not exist.
    func segments() throws(BlobError) -> [Int64] { try numbers(Self.suffix).sorted() }

    /// The numbers of all packed segments, the newest first.
    func packedSegments() throws(BlobError) -> [Int64] { try numbers(Self.packedSuffix).map { -$0 }.sorted() }

    func size(of number: Int64) throws(BlobError) -> Int64 {
        var status = stat()
        guard stat(file(number), &status) == 0 else { throw .system(operation: "stat", code: errno) }
        return Int64(status.st_size)
    }

    /// Lets go of a segment's octets. Harmless when it is gone.
    func remove(_ number: Int64) throws(BlobError) {
        guard unlink(file(number)) == 0 || errno == ENOENT else { throw .system(operation: "unlink", code: errno) }
    }

    private func numbers(_ suffix: String) throws(BlobError) -> [Int64] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw .system(operation: "opendir", code: errno)
        }
        defer { closedir(directory) }
        var numbers: [Int64] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name.hasSuffix(suffix), let number = Int64(name.dropLast(suffix.count)), number > 0 else { continue }
            numbers.append(number)
        }
        return numbers
    }

    /// Makes the names of new files durable.
    func synchronize() throws(BlobError) {
        let directory = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)
        defer { directory.close() }
        try directory.synchronize()
    }

    // MARK: When the store was looked through last

    private var look: String { "\(path)/looked-through" }

    func noteLook(at seconds: Int64) throws(BlobError) {
        let file = try FileDescriptor.open(look, O_WRONLY | O_CREAT | O_TRUNC)
        defer { file.close() }
        try file.write(Array(String(seconds).utf8), at: 0)
    }

    func lastLook() -> Int64? {
        guard let file = try? FileDescriptor.open(look, O_RDONLY) else { return nil }
        defer { file.close() }
        return (try? file.read(32, at: 0)).flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
    }
}
