import FoundationEssentials
import Glibc
import Runtime
import Synchronization

/// The platform's log: what the control plane says and what its children write to standard error, as JSON lines in
/// `<data>/log/casella.log` and on the control plane's own standard error.
///
/// A file that has grown to `maximumSize` becomes `casella.log.1`, in place of the one before.
final class Journal: Sendable {
    static let maximumSize = 64 << 20
    /// Octets of one line; what is longer is cut.
    static let lineLimit = 16 * 1024

    private struct File {
        var descriptor: Int32
        var size: Int
    }
    private let path: String
    private let file: Mutex<File>

    init(directory: String) throws(StartupError) {
        path = directory + "/casella.log"
        let descriptor = try Self.open(path)
        file = Mutex(File(descriptor: descriptor, size: Int(lseek(descriptor, 0, SEEK_END))))
    }

    deinit { file.withLock { _ = close($0.descriptor) } }

    func info(_ message: String, _ fields: [String: String] = [:]) { write(.info, message, fields) }
    func notice(_ message: String, _ fields: [String: String] = [:]) { write(.notice, message, fields) }
    func warning(_ message: String, _ fields: [String: String] = [:]) { write(.warning, message, fields) }
    func error(_ message: String, _ fields: [String: String] = [:]) { write(.error, message, fields) }

    /// Takes a line of a child's standard error: as it is when the child wrote it as a log line, wrapped into one otherwise.
    func pass(_ line: String, from process: String) {
        guard !line.isEmpty else { return }
        if line.hasPrefix("{\"at\":"), line.hasSuffix("}") {
            append(line + "\n")
        } else {
            append(Self.line(.notice, process: process, line, [:]))
        }
    }

    private func write(_ level: Log.Level, _ message: String, _ fields: [String: String]) {
        append(Self.line(level, process: "control", message, fields))
    }

    private static func line(_ level: Log.Level, process: String, _ message: String, _ fields: [String: String]) -> String {
        var text =
            "{\"at\":\"\(Log.timestamp())\",\"level\":\"\(level.rawValue)\",\"process\":\(json(process)),\"message\":\(json(message))"
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { text += ",\(json(name)):\(json(value))" }
        return text + "}\n"
    }

    private static func json(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let data = try? encoder.encode(text) else { return "\"\"" }
        return String(decoding: data, as: UTF8.self)
    }

    private func append(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            _ = Glibc.write(2, bytes.baseAddress, bytes.count)
            file.withLock { file in
                if file.size + bytes.count > Self.maximumSize { rotate(&file) }
                file.size += max(0, Glibc.write(file.descriptor, bytes.baseAddress, bytes.count))
            }
        }
    }

    private func rotate(_ file: inout File) {
        rename(path, path + ".1")
        guard let fresh = try? Self.open(path) else { return }
        close(file.descriptor)
        file = File(descriptor: fresh, size: 0)
    }

    private static func open(_ path: String) throws(StartupError) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(path: path, doing: "open", code: errno) }
        return descriptor
    }
}
