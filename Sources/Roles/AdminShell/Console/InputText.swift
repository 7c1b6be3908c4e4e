import AdminAPI
import Glibc

/// A file that a command reads whole: UTF-8, at most 64 MiB.
enum InputText {
    static let sizeLimit = 67_108_864

    /// Waits for something to read. A signal that came just before would break off no `read`, so it is asked for now and then.
    /// - Returns: false when somebody pressed Ctrl-C.
    static func comes(on descriptor: Int32, for console: any Console) -> Bool {
        while !console.isInterrupted {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&entry, 1, CallWatch.milliseconds)
            if ready > 0 || (ready < 0 && errno != EINTR) { return true }
        }
        return false
    }

    /// - Parameter path: `-` is standard input.
    static func contents(of path: String, for console: any Console) throws(AdminError) -> String {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw AdminError(.notFound, "\(path) cannot be read: \(String(cString: strerror(errno)))") }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            guard comes(on: descriptor, for: console) else { throw AdminError(.interrupted, "Interrupted; nothing was done.") }
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw AdminError(.invalid, "\(path) cannot be read: \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= sizeLimit else { throw AdminError(.invalid, "\(path) is longer than 64 MiB.") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw AdminError(.invalid, "\(path) is not UTF-8 text.") }
        return text
    }
}
