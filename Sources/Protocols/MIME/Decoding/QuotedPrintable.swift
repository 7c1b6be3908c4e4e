/// The quoted-printable content-transfer-encoding: RFC 2045 §6.7, and the Q encoding of headers: RFC 2047 §4.2.
public enum QuotedPrintable {
    /// Soft line breaks go, with the blanks that transport may have put before them; `=` before anything else stays as it is.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8] {
        let text = Array(text)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            let byte = text[position]
            position += 1
            if byte == ASCII.lineFeed {
                dropBlanks(before: &bytes)
                bytes.append(byte)
            } else if byte != UInt8(ascii: "=") {
                bytes.append(byte)
            } else if position + 1 < text.count, let high = ASCII.hexValue(text[position]), let low = ASCII.hexValue(text[position + 1]) {
                bytes.append(high << 4 | low)
                position += 2
            } else if let end = softBreak(in: text, from: position) {
                position = end
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// Blanks at the end of a line were added on the way (rule 3); a carriage return before the line feed stays.
    private static func dropBlanks(before bytes: inout [UInt8]) {
        let hasReturn = bytes.last == ASCII.carriageReturn
        if hasReturn { bytes.removeLast() }
        while let last = bytes.last, ASCII.isBlank(last) { bytes.removeLast() }
        if hasReturn { bytes.append(ASCII.carriageReturn) }
    }

    /// Where the text goes on after `=`, blanks and a line end. At most 76 octets are looked at: a line may have no more.
    private static func softBreak(in text: [UInt8], from start: Int) -> Int? {
        var position = start
        while position < text.count, position - start < 76, ASCII.isBlank(text[position]) { position += 1 }
        guard position < text.count else { return position }
        if text[position] == ASCII.carriageReturn { position += 1 }
        return position < text.count && text[position] == ASCII.lineFeed ? position + 1 : nil
    }

    /// The Q encoding: as above, and `_` is a space.
    public static func decodeWord(_ text: some Collection<UInt8>) -> [UInt8] {
        decode(text.map { $0 == UInt8(ascii: "_") ? ASCII.space : $0 })
    }
}
