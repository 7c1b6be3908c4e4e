import FoundationEssentials
import Glibc

/// A file that is added to, and that becomes `NAME.1`, in place of the one before, once it would grow beyond its limit.
struct BoundedFile {
    private let path: String
    private let descriptor: Int32
    private let maximumSize: Int
    private var size: Int

    /// - Parameter maximumSize: in octets.
    init(_ path: String, maximumSize: Int) throws(StartupError) {
        descriptor = Self.open(path)
        guard descriptor >= 0 else { throw .file(path: path, doing: "open", code: errno) }
        (self.path, self.maximumSize, size) = (path, maximumSize, Int(lseek(descriptor, 0, SEEK_END)))
    }

    /// What a descriptor that was opened by somebody else leads to.
    /// - Returns: nil when that is no plain file right in the directory.
    init?(of descriptor: Int32, within directory: String, maximumSize: Int) {
        var found = stat()
        guard fstat(descriptor, &found) == 0, found.st_mode & S_IFMT == S_IFREG, let real = realpath(directory, nil) else { return nil }
        defer { free(real) }
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)") else { return nil }
        let parent = String(cString: real) + "/"
        guard path.hasPrefix(parent), !path.dropFirst(parent.count).contains(where: { $0 == "/" || $0 == " " }) else { return nil }
        (self.path, self.descriptor, self.maximumSize, size) = (path, descriptor, maximumSize, Int(found.st_size))
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if size + bytes.count > maximumSize { makeRoom() }
        size += max(0, Glibc.write(descriptor, bytes.baseAddress, bytes.count))
    }

    func close() { _ = Glibc.close(descriptor) }

    /// The descriptor stays the same: it may be standard error.
    private mutating func makeRoom() {
        guard rename(path, path + ".1") == 0 || errno == ENOENT else { return }
        let fresh = Self.open(path)
        guard fresh >= 0 else { return }
        dup2(fresh, descriptor)
        if descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        _ = Glibc.close(fresh)
        size = 0
    }

    private static func open(_ path: String) -> Int32 { Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) }
}
