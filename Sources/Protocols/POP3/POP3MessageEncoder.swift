import Glibc

/// The octets of a RETR or TOP answer behind its first line: dot-stuffed, and ended by a line with a dot alone (RFC 1939 §3).
public struct POP3MessageEncoder: Sendable {
    private static let pieceSize = 64 * 1024

    private let message: [UInt8]
    private let end: Int
    private var position = 0
    private var isAtLineStart = true
    private var hasEnded = false

    /// - Parameter bodyLines: nil for the whole message; else how many lines follow the blank line behind the header.
    public init(_ message: [UInt8], bodyLines: Int?) {
        self.message = message
        end = bodyLines.map { Self.endOfTop(of: message, bodyLines: $0) } ?? message.count
    }

    /// The next piece; nil when all is sent.
    public mutating func next() -> [UInt8]? {
        guard position < end else {
            if hasEnded { return nil }
            hasEnded = true
            return Array((isAtLineStart ? ".\r\n" : "\r\n.\r\n").utf8)
        }
        let stop = min(position + Self.pieceSize, end)
        var piece: [UInt8] = []
        piece.reserveCapacity(stop - position + 64)
        message.withUnsafeBufferPointer { octets in
            var index = position  // what lies before it is in the piece already
            while position < stop {
                if isAtLineStart, octets[position] == UInt8(ascii: ".") {
                    piece.append(contentsOf: octets[index...position])
                    index = position
                }
                position = Self.lineEnd(octets, from: position, to: stop)
                isAtLineStart = octets[position - 1] == 10
            }
            piece.append(contentsOf: octets[index..<stop])
        }
        return piece
    }

    /// Behind the next line feed.
    private static func lineEnd(_ octets: UnsafeBufferPointer<UInt8>, from start: Int, to stop: Int) -> Int {
        guard let base = octets.baseAddress, let found = memchr(base + start, 10, stop - start) else { return stop }
        return UnsafeRawPointer(base).distance(to: found) + 1
    }

    private static func endOfTop(of message: [UInt8], bodyLines: Int) -> Int {
        var lineStart = 0, left: Int?
        while lineStart < message.count, left != 0 {
            let lineEnd = message[lineStart...].firstIndex(of: 10).map { $0 + 1 } ?? message.count
            if let lines = left {
                left = lines - 1
            } else if lineEnd - lineStart <= 2, message[lineStart] == 13 || message[lineStart] == 10 {
                left = bodyLines
            }
            lineStart = lineEnd
        }
        return lineStart
    }
}
