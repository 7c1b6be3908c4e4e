import Dispatch
import FoundationEssentials
import Glibc

/// The few file operations that the control plane needs, with modes and owners set before anything is put inside.
enum FileSystem {
    /// Numeric owner; nil leaves it as it is made.
    struct Owner: Sendable, Equatable {
        var user: UInt32
        var group: UInt32
    }

    /// One that is given away may lie where its owner can write, who could put a symbolic link in its place for root to follow: none is.
    static func makeDirectory(_ path: String, mode: mode_t, owner: Owner? = nil) throws(StartupError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .file(path: path, doing: "make the directory", code: errno) }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (owner == nil ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else { throw .file(path: path, doing: "open the directory", code: errno) }
        defer { close(descriptor) }
        if let owner, fchown(descriptor, owner.user, owner.group) != 0 { throw .file(path: path, doing: "give away", code: errno) }
        if fchmod(descriptor, mode) != 0 { throw .file(path: path, doing: "set the mode of", code: errno) }
    }

    /// nil when there is no such file.
    static func read(_ path: String) throws(StartupError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .file(path: path, doing: "read", code: errno)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            guard count >= 0 else { throw .file(path: path, doing: "read", code: errno) }
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }

    /// Makes the file with all of its content, or not at all, and durable when this returns.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t, owner: Owner? = nil) throws(StartupError) {
        let temporary = path + ".incomplete"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .file(path: path, doing: "write", code: errno) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fchmod(descriptor, mode) == 0,
            owner.map({ fchown(descriptor, $0.user, $0.group) == 0 }) ?? true, fsync(descriptor) == 0, rename(temporary, path) == 0
        else {
            let code = errno
            unlink(temporary)
            throw .file(path: path, doing: "write", code: code)
        }
        syncDirectory(of: path)
    }

    /// Makes a rename or a new file in the path's directory durable.
    static func syncDirectory(of path: String) {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func append(_ text: String, to path: String) throws(StartupError) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .file(path: path, doing: "write", code: errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw .file(path: path, doing: "write", code: errno)
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Names in the directory, without `.` and `..`; none when it cannot be read.
    static func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }

    /// Removes a tree, on another thread since it can be large.
    static func removeTree(_ path: String) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(with: Result { if exists(path) { try FileManager.default.removeItem(atPath: path) } })
            }
        }
    }
}
