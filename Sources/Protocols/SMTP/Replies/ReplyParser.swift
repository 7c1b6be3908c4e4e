/// Reads replies from the octets of a server, as a client gets them (RFC 5321 §4.2.1).
public struct ReplyParser: Sendable {
    public enum Outcome: Sendable, Equatable {
        case reply(Reply)
        case needsMore
        /// What came is no reply; the connection is of no use any more.
        case malformed
    }

    /// Octets of a line, and lines of a reply; EHLO replies have one for each extension.
    public static let lineLimit = 4096, linesLimit = 256

    private var unread: [UInt8] = []
    private var start = 0, searched = 0
    private var code = 0
    private var lines: [ArraySlice<UInt8>] = []

    public init() {}

    public mutating func feed(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            unread.removeSubrange(..<start)
            searched -= start
            start = 0
        }
        unread.append(contentsOf: bytes)
    }

    public var hasUnread: Bool { start < unread.count }

    /// Forgets what came: nothing that was sent before TLS may be taken for a reply under it (RFC 3207 §4.2).
    public mutating func discard() { self = ReplyParser() }

    public mutating func next() -> Outcome {
        while let newline = unread[searched...].firstIndex(of: 10) {
            var line = unread[start..<newline]
            if line.last == 13 { line.removeLast() }
            start = newline + 1
            searched = start
            guard let isLast = take(line) else { return .malformed }
            if isLast { return finish() }
        }
        searched = unread.count
        // The last octet may be the CR of a line that is just short enough.
        return unread.count - start > Self.lineLimit + 1 ? .malformed : .needsMore
    }

    /// - Returns: whether it ends the reply; nil when it is no line of this reply.
    private mutating func take(_ line: ArraySlice<UInt8>) -> Bool? {
        guard line.count >= 3, line.count <= Self.lineLimit, let number = decimal(line.prefix(3), limit: 3), (200...599).contains(number),
            lines.isEmpty || code == number, lines.count < Self.linesLimit
        else { return nil }
        let separator = line.dropFirst(3).first
        guard separator == nil || separator == 32 || separator == UInt8(ascii: "-") else { return nil }
        code = Int(number)
        lines.append(line.dropFirst(4))
        return separator != UInt8(ascii: "-")
    }

    private mutating func finish() -> Outcome {
        defer { lines = [] }
        var status: EnhancedStatus?
        var texts: [String] = []
        for line in lines {
            var text = line
            let word = line.prefix { $0 != 32 }
            // RFC 2034 §4: the class is the first digit of the code; other numbers with two dots are text.
            if let found = EnhancedStatus(parsing: word), found.category == code / 100 {
                status = status ?? found
                text = line.dropFirst(word.count + 1)
            }
            texts.append(String(decoding: text, as: UTF8.self))
        }
        return .reply(Reply(code, status, lines: texts))
    }
}
