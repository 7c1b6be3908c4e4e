import Glibc

/// The text for an `errno`.
func systemMessage(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return text.isEmpty ? "error \(code)" : "\(String(decoding: text, as: UTF8.self)) (\(code))"
}

/// A file descriptor and the few calls made on it. Whoever holds it closes it once.
package struct FileDescriptor: Sendable {
    let number: Int32

    package static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(BlobError) -> FileDescriptor {
        while true {
            let number = Glibc.open(path, flags | O_CLOEXEC, mode)
            if number >= 0 { return FileDescriptor(number: number) }
            if errno != EINTR { throw .system(operation: "open", code: errno) }
        }
    }

    package func close() { _ = Glibc.close(number) }

    package func size() throws(BlobError) -> Int64 {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .system(operation: "fstat", code: errno) }
        return Int64(status.st_size)
    }

    /// False when another process has it.
    func lock() throws(BlobError) -> Bool {
        while flock(number, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            if errno != EINTR { throw .system(operation: "flock", code: errno) }
        }
        return true
    }

    package func write(_ bytes: [UInt8], at offset: Int64) throws(BlobError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                raw.baseAddress.map { pwrite(number, $0 + done, raw.count - done, off_t(offset) + off_t(done)) } ?? 0
            }
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                throw .system(operation: "pwrite", code: count == 0 ? EIO : errno)
            }
        }
    }

    /// Up to `count` octets; fewer at the end of the file.
    package func read(_ count: Int, at offset: Int64) throws(BlobError) -> [UInt8] {
        var outcome: Result<Int, BlobError> = .success(0)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            outcome = Result { () throws(BlobError) in
                try read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])), at: offset)
            }
            filled = (try? outcome.get()) ?? 0
        }
        _ = try outcome.get()
        return bytes
    }

    /// As many octets as there are places, or fewer at the end of the file: how many.
    package func read(into places: UnsafeMutableRawBufferPointer, at offset: Int64) throws(BlobError) -> Int {
        var filled = 0
        while filled < places.count, let base = places.baseAddress {
            let got = pread(number, base + filled, places.count - filled, off_t(offset) + off_t(filled))
            if got > 0 {
                filled += got
            } else if got == 0 {
                break
            } else if errno != EINTR {
                throw .system(operation: "pread", code: errno)
            }
        }
        return filled
    }

    func truncate(to length: Int64) throws(BlobError) {
        guard ftruncate(number, off_t(length)) == 0 else { throw .system(operation: "ftruncate", code: errno) }
    }

    func synchronizeData() throws(BlobError) {
        guard fdatasync(number) == 0 else { throw .system(operation: "fdatasync", code: errno) }
    }

    package func synchronize() throws(BlobError) {
        guard fsync(number) == 0 else { throw .system(operation: "fsync", code: errno) }
    }
}
