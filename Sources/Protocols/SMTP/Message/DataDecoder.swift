/// Undoes what DATA does to a message (RFC 5321 §4.5.2): takes the dot from lines that begin with one, and ends at a line that
/// is only a dot. Nothing but CRLF ends a line, so what other servers might take for the end cannot smuggle commands in.
///
/// Linear in the octets, whatever the pieces they come in.
struct DataDecoder: Sendable {
    private enum State { case lineStart, inLine, afterCR, afterDot, afterDotCR, ended }
    private var state = State.lineStart

    var hasEnded: Bool { state == .ended }

    /// Takes octets up to the end of the message, and appends the message's to `content`.
    /// - Returns: how many were taken; fewer than there are only if the message has ended, or is hopeless.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, into content: inout MessageContent) -> Int {
        var position = 0
        while position < bytes.count, state != .ended, !content.isHopeless {
            let byte = bytes[position]
            switch state {
            case .lineStart where byte == UInt8(ascii: "."):
                state = .afterDot
                position += 1
            case .lineStart:
                state = .inLine
            case .inLine:
                let start = position
                position = Self.endOfRun(in: bytes, from: position)
                content.append(UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
                if position < bytes.count { takeSpecial(bytes[position], &position, into: &content) }
            case .afterCR:
                if byte == 10 {
                    content.append(byte)
                    position += 1
                    state = .lineStart
                } else {
                    content.fail(.bareLineEnd)
                    state = .inLine
                }
            case .afterDot where byte == 13:
                state = .afterDotCR
                position += 1
            case .afterDot:
                state = .inLine
            case .afterDotCR:
                if byte == 10 {
                    state = .ended
                    position += 1
                } else {
                    content.fail(.bareLineEnd)
                    state = .inLine
                }
            case .ended: break
            }
        }
        return position
    }

    /// CR, LF or NUL inside a line.
    private mutating func takeSpecial(_ byte: UInt8, _ position: inout Int, into content: inout MessageContent) {
        position += 1
        switch byte {
        case 13:
            content.append(byte)
            state = .afterCR
        default:
            content.fail(byte == 10 ? .bareLineEnd : .nul)
            content.append(byte)  // it counts as thrown away
        }
    }

    private static func endOfRun(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            if byte <= 13, byte == 13 || byte == 10 || byte == 0 { break }
            position += 1
        }
        return position
    }
}
