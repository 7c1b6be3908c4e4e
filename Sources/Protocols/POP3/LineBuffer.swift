/// Cuts a client's octets into lines. Linear in the octets, and bounded: a line that is too long is skipped to its end.
struct LineBuffer: Sendable {
    enum Line: Sendable, Equatable { case line([UInt8]), tooLong }

    private let limit: Int
    private var unread: [UInt8] = []
    private var start = 0, searched = 0
    private var isSkipping = false

    init(limit: Int) { self.limit = limit }

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            unread.removeSubrange(..<start)
            searched -= start
            start = 0
        }
        unread.append(contentsOf: bytes)
    }

    /// The next line without its line end; a LF alone ends a line too, as POP3 lines are commands only.
    mutating func next() -> Line? {
        if let newline = unread[searched...].firstIndex(of: 10) {
            var line = unread[start..<newline]
            if line.last == 13 { line.removeLast() }
            start = newline + 1
            searched = start
            defer { isSkipping = false }
            return isSkipping || line.count > limit ? .tooLong : .line(Array(line))
        }
        searched = unread.count
        if searched - start > limit + 1 { isSkipping = true }
        if isSkipping { discard() }
        return nil
    }

    mutating func discard() {
        unread = []
        start = 0
        searched = 0
    }

    mutating func takeAll() -> [UInt8] {
        defer { discard() }
        return Array(unread[start...])
    }
}
