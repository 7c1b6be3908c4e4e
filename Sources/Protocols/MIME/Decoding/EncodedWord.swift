/// Text in header fields that is not ASCII: RFC 2047.
public enum EncodedWord {
    /// The text of an unfolded field with its encoded words decoded; blanks between two of them vanish (§6.2). Raw octets
    /// count as UTF-8 (RFC 6532).
    public static func decode(_ value: [UInt8]) -> String {
        guard value.contains(UInt8(ascii: "=")) else { return String(decoding: value, as: UTF8.self) }
        var result = ""
        var plain: [UInt8] = []  // since the last encoded word
        var pending: (charset: [UInt8], bytes: [UInt8])?  // neighbours join before decoding: characters may be split between them
        var position = 0
        var close = 0  // the next `?=`; only ever moves forward, which keeps the time linear
        func flushPlain() {
            result += String(decoding: plain, as: UTF8.self)
            plain.removeAll()
        }
        func flushPending() {
            guard let word = pending else { return }
            result += Charset(name: word.charset).decode(word.bytes)
            pending = nil
        }
        while position < value.count {
            guard value[position] == UInt8(ascii: "="), let word = word(in: value, at: position, close: &close) else {
                plain.append(value[position])
                position += 1
                continue
            }
            if pending != nil, plain.allSatisfy(ASCII.isBlank) { plain.removeAll() }
            if !plain.isEmpty {
                flushPending()
                flushPlain()
            }
            if pending.map({ ASCII.equal($0.charset, word.charset) }) == true {
                pending?.bytes += word.bytes  // in place: nobody else holds them
            } else {
                flushPending()
                pending = (word.charset, word.bytes)
            }
            position = word.end
        }
        flushPending()
        flushPlain()
        return result
    }

    private struct Word {
        let charset: [UInt8], bytes: [UInt8]
        let end: Int
    }

    /// A word longer than the RFC's 75 octets is read all the same, up to these lengths.
    private static let charsetLimit = 100, textLimit = 10_000

    /// `=?charset?encoding?text?=` at `start`.
    private static func word(in value: [UInt8], at start: Int, close: inout Int) -> Word? {
        let charsetStart = start + 2
        guard charsetStart < value.count, value[start + 1] == UInt8(ascii: "?") else { return nil }
        let mark = value[charsetStart..<min(value.count, charsetStart + charsetLimit)].firstIndex {
            $0 == UInt8(ascii: "?") || $0 <= ASCII.space
        }
        guard let charsetEnd = mark, value[charsetEnd] == UInt8(ascii: "?"), charsetEnd > charsetStart,
            charsetEnd + 3 < value.count, value[charsetEnd + 2] == UInt8(ascii: "?")
        else { return nil }
        // Blanks in the text are not allowed, but they do occur in Q text; the closing `?=` decides.
        close = max(close, charsetEnd + 3)
        while close + 1 < value.count, value[close] != UInt8(ascii: "?") || value[close + 1] != UInt8(ascii: "=") { close += 1 }
        let textEnd = close
        guard textEnd + 1 < value.count, textEnd - charsetEnd <= textLimit else { return nil }
        let text = value[charsetEnd + 3..<textEnd]
        let charset = Array(value[charsetStart..<charsetEnd])
        switch ASCII.lower(value[charsetEnd + 1]) {
        case UInt8(ascii: "b"): return Word(charset: charset, bytes: Base64.decode(text), end: textEnd + 2)
        case UInt8(ascii: "q"): return Word(charset: charset, bytes: QuotedPrintable.decodeWord(text), end: textEnd + 2)
        default: return nil
        }
    }
}
