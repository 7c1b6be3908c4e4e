import Glibc

/// Held as long as this process lives: one control plane for one data directory. The kernel lets go of it when the process
/// ends, however it ends.
final class ControlLock: Sendable {
    private let descriptor: Int32

    init(_ path: String, data: String) throws(StartupError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(path: path, doing: "open", code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? FileSystem.read(path)).flatMap { $0 }.flatMap { String(validating: $0, as: UTF8.self) }
            throw .dataDirectoryInUse(path: data, process: holder?.split(separator: "\n").first.map(String.init))
        }
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    deinit { close(descriptor) }
}
