import Glibc
import Synchronization

/// Structured log lines: one JSON object a line on standard error, which the control plane gathers into one file.
///
/// A line about a message has its delivery id as `trace`, in every process; one about a client has the `session` that the gateway gave it.
///
/// Never put a secret or the text of a message into a field.
public enum Log {
    public enum Level: String, Sendable, Comparable, CaseIterable {
        case debug, info, notice, warning, error

        public static func < (one: Level, other: Level) -> Bool {
            (allCases.firstIndex(of: one) ?? 0) < (allCases.firstIndex(of: other) ?? 0)
        }
    }

    /// What every line of this process says of it, and the least level that is written.
    private static let settings = Mutex((process: "casella", least: Level.info))

    public static func start(process: String, least: Level = .info) { settings.withLock { $0 = (process, least) } }

    public static func debug(_ message: String, _ fields: [String: String] = [:]) { line(.debug, message, fields) }
    public static func info(_ message: String, _ fields: [String: String] = [:]) { line(.info, message, fields) }
    public static func notice(_ message: String, _ fields: [String: String] = [:]) { line(.notice, message, fields) }
    public static func warning(_ message: String, _ fields: [String: String] = [:]) { line(.warning, message, fields) }
    public static func error(_ message: String, _ fields: [String: String] = [:]) { line(.error, message, fields) }

    private static func line(_ level: Level, _ message: String, _ fields: [String: String]) {
        let (process, least) = settings.withLock { $0 }
        guard level >= least else { return }
        var text =
            "{\"at\":\"\(timestamp())\",\"level\":\"\(level.rawValue)\",\"process\":\(quoted(process)),\"message\":\(quoted(message))"
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { text += ",\(quoted(name)):\(quoted(value))" }
        text += "}\n"
        text.withUTF8 { bytes in
            // One call a line, so lines of several threads do not mix; a full pipe or a closed one loses the line only.
            _ = Glibc.write(2, bytes.baseAddress, bytes.count)
        }
    }

    /// How bad it is, by a line that a process of ours wrote; nil for what was written in another way. Looks at the line's beginning only.
    public static func level(of line: ArraySlice<UInt8>) -> Level? {
        let opening = line.prefix { $0 != UInt8(ascii: ",") }, rest = line[opening.endIndex...]
        guard opening.starts(with: "{\"at\":\"".utf8) else { return nil }
        return Level.allCases.first { rest.starts(with: ",\"level\":\"\($0.rawValue)\"".utf8) }
    }

    /// Now in UTC with milliseconds, as RFC 3339 writes it.
    public static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(Int(parts.tm_year) + 1900)-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
            + "T\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
            + ".\(padded(now.tv_nsec / 1_000_000, 3))Z"
    }

    /// A JSON string (RFC 8259 §7).
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7f}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
