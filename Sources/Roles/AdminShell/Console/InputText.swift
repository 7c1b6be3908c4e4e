import AdminAPI
import Glibc

/// A file that a command reads whole: UTF-8, at most 64 MiB.
enum InputText {
    static let sizeLimit = 67_108_864

    /// - Parameter path: `-` is standard input.
    static func contents(of path: String) throws(AdminError) -> String {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw AdminError(.notFound, "\(path) cannot be read: \(String(cString: strerror(errno)))") }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
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
