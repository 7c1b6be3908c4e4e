/// A reply of a server (RFC 5321 §4.2), with its enhanced status code (RFC 2034).
public struct Reply: Sendable, Hashable, CustomStringConvertible {
    public let code: Int
    public let status: EnhancedStatus?
    /// At least one; without codes.
    public let lines: [String]

    public init(_ code: Int, _ status: EnhancedStatus?, _ text: String) { self.init(code, status, lines: [text]) }

    public init(_ code: Int, _ status: EnhancedStatus?, lines: [String]) {
        self.code = min(max(code, 200), 599)
        self.status = status
        self.lines = lines.isEmpty ? [""] : lines
    }

    public var isPositive: Bool { (200..<300).contains(code) }
    public var isIntermediate: Bool { (300..<400).contains(code) }
    /// Trying again later can help.
    public var isTransient: Bool { (400..<500).contains(code) }
    public var isPermanent: Bool { code >= 500 }

    /// What goes over the wire, with CRLF after each line. Characters that could end a line or hide text are replaced, and lines
    /// are cut so that none passes 512 octets (RFC 5321 §4.5.3.1.5).
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for (index, line) in lines.enumerated() {
            let start = bytes.count
            bytes += "\(code)\(index == lines.count - 1 ? " " : "-")".utf8
            if let status { bytes += "\(status) ".utf8 }
            for scalar in line.unicodeScalars {
                let character = UTF8.encode(scalar.value < 32 || scalar.value == 127 ? "?" : scalar)
                guard let character, bytes.count - start + character.count <= Self.lineLimit, bytes.count < 65536 else { break }
                bytes += character
            }
            bytes += [13, 10]
        }
        return bytes
    }

    /// RFC 5321 §4.5.3.1.5, without the CRLF.
    private static let lineLimit = 510

    /// On one line, for logs and notifications.
    public var description: String {
        let text = lines.joined(separator: " ")
        return status.map { "\(code) \($0) \(text)" } ?? "\(code) \(text)"
    }
}
