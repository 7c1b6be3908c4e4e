/// Sends a message behind DATA in pieces, so that it is never in memory twice.
struct MessageSender: Sendable {
    static let pieceSize = 64 * 1024

    private let message: [UInt8]
    private var position = 0
    private var stuffing = DotStuffing()
    private var hasEnded = false

    init(_ message: [UInt8]) { self.message = message }

    mutating func next() -> [UInt8]? {
        if position < message.count {
            let end = min(position + Self.pieceSize, message.count)
            defer { position = end }
            return stuffing.encode(message[position..<end])
        }
        if hasEnded { return nil }
        hasEnded = true
        return stuffing.ending
    }

    /// Whether the header has octets that only SMTPUTF8 allows there (RFC 6532 §3.2).
    static func hasEightBitHeader(_ message: [UInt8]) -> Bool {
        var lineStart = 0
        for (position, byte) in message.enumerated() {
            if byte >= 0x80 { return true }
            guard byte == 10 else { continue }
            if position - lineStart <= 1 { return false }
            lineStart = position + 1
        }
        return false
    }
}
