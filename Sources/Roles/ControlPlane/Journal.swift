import FoundationEssentials
import Glibc
import Runtime
import Synchronization

/// The platform's log: what the control plane says and what its children write to standard error, as JSON lines in
/// `<data>/log/casella.log` and on the control plane's own standard error.
///
/// A file that has grown to `maximumSize` becomes `casella.log.1`, in place of the one before; and so does the file that standard error
/// leads to, where it is one of the data directory's own (`control.log`, as `ops/up` has it). Any other is whoever's who started this.
package final class Journal: Sendable {
    package static let maximumSize = 64 << 20
    /// Octets of one line; what is longer is cut.
    static let lineLimit = 16 * 1024

    private struct Files {
        var own: BoundedFile
        /// nil: it is none of ours, and written to as it is.
        var console: BoundedFile?
    }
    private let console: Int32
    private let files: Mutex<Files>

    /// - Parameters:
    ///   - maximumSize: octets of each file.
    ///   - console: the descriptor of standard error.
    package init(directory: String, maximumSize: Int = Journal.maximumSize, console: Int32 = 2) throws(StartupError) {
        self.console = console
        let own = try BoundedFile(directory + "/casella.log", maximumSize: maximumSize)
        files = Mutex(Files(own: own, console: BoundedFile(of: console, within: directory, maximumSize: maximumSize)))
    }

    deinit { files.withLock { $0.own.close() } }

    package func info(_ message: String, _ fields: [String: String] = [:]) { write(.info, message, fields) }
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
            files.withLock { files in
                if files.console == nil { _ = Glibc.write(console, bytes.baseAddress, bytes.count) }
                files.console?.append(UnsafeRawBufferPointer(bytes))
                files.own.append(UnsafeRawBufferPointer(bytes))
            }
        }
    }
}
