import AdminAPI
import Glibc

/// A file that a command reads whole: UTF-8, or UTF-16 with a byte order mark as spreadsheets write it; at most 64 MiB.
package enum InputText {
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
        guard let text = text(of: bytes) else {
            throw AdminError(
                .invalid, "\(path) is not UTF-8 text, nor UTF-16 with a byte order mark.", hint: "Save it as UTF-8.")
        }
        return text
    }

    /// - Returns: the text without its byte order mark; nil for what is none.
    package static func text(of bytes: [UInt8]) -> String? {
        switch (bytes.first, bytes.dropFirst().first) {
        case (0xFF, 0xFE): utf16(bytes) { UInt16($0) | UInt16($1) << 8 }
        case (0xFE, 0xFF): utf16(bytes) { UInt16($0) << 8 | UInt16($1) }
        default: String(validating: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], as: UTF8.self)
        }
    }

    private static func utf16(_ bytes: [UInt8], _ unit: (UInt8, UInt8) -> UInt16) -> String? {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        return String(validating: stride(from: 2, to: bytes.count, by: 2).map { unit(bytes[$0], bytes[$0 + 1]) }, as: UTF16.self)
    }
}
