/// Why the octets of a message cannot be taken.
public enum MessageDefect: Error, Sendable, Equatable {
    /// Larger than this server takes: 552 5.3.4 (RFC 1870 §6.1).
    case tooLarge(limit: Int64)
    /// A CR or a LF that stands alone. RFC 5321 §2.3.8 forbids it; servers that take it for a line end can be tricked about where
    /// a message ends.
    case bareLineEnd
    /// An octet of zero, which IMAP cannot show (RFC 9051 §4.3).
    case nul
    /// So many Received fields that it must go round in a circle (RFC 5321 §6.3).
    case loop
}

/// The octets of a message while they come in: kept up to a limit, and checked on the way.
struct MessageContent: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var defect: MessageDefect?
    private let limit: Int64
    /// Octets that came when it could not be taken any more: of a number that does not depend on how they were cut.
    private var wasted: Int64 = 0
    /// For octets that are not unstuffed: the last one was CR.
    private var endsInCR = false

    /// As much came in vain as a whole message may have.
    var isHopeless: Bool { wasted > limit }

    init(limit: Int64, expected: Int64? = nil) {
        self.limit = limit
        // Memory that is not written to costs nothing, so an announcement can be believed up to the limit.
        if let expected { bytes.reserveCapacity(Int(clamping: max(0, min(expected, limit, 1 << 26))) + 512) }
    }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        guard defect == nil else { return wasted += Int64(more.count) }
        let excess = Int64(bytes.count) + Int64(more.count) - limit
        guard excess <= 0 else {
            wasted += excess
            return fail(.tooLarge(limit: limit))
        }
        bytes.append(contentsOf: more)
    }

    mutating func append(_ byte: UInt8) { withUnsafeBytes(of: byte) { append($0) } }

    /// Appends octets as they are, and looks for line ends that are none and for zeros.
    mutating func appendChecked(_ more: UnsafeRawBufferPointer) {
        guard defect == nil else { return wasted += Int64(more.count) }
        // Only what fits is looked at, so that the defect is the same in whatever pieces the octets come.
        for (index, byte) in more.prefix(Int(clamping: limit - Int64(bytes.count))).enumerated() {
            guard endsInCR == (byte == 10), byte != 0 else {
                wasted += Int64(more.count - index - 1)
                return fail(endsInCR == (byte == 10) ? .nul : .bareLineEnd)
            }
            endsInCR = byte == 13
        }
        append(more)
    }

    /// The first defect counts; what was kept is let go, as the message will be refused.
    mutating func fail(_ reason: MessageDefect) {
        guard defect == nil else { return }
        defect = reason
        bytes = []
    }

    /// Ends the message. A last line that came without CRLF in a chunk (RFC 3030) stays so: the message is kept byte for byte.
    mutating func finish(maximumHops: Int) {
        if endsInCR { fail(.bareLineEnd) }
        if defect == nil, ReceivedFields.count(in: bytes) > maximumHops { fail(.loop) }
    }
}
