/// Writes header fields: `Name: value`, CRLF, folded at blanks so that lines keep within 78 octets where they can
/// (RFC 5322 §2.1.1).
public struct HeaderWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func field(_ name: String, _ value: some Collection<UInt8>) {
        bytes += Array(name.utf8) + [UInt8(ascii: ":")]
        var column = name.utf8.count + 1
        // A value can make no second field: control characters go.
        let words = value.filter { $0 >= ASCII.space && $0 != 127 || $0 == ASCII.tab }
            .split(whereSeparator: ASCII.isBlank)
        for (index, word) in words.enumerated() {
            if index > 0, column + 1 + word.count > 78 {
                bytes += [ASCII.carriageReturn, ASCII.lineFeed]
                column = 0
            }
            bytes.append(ASCII.space)
            bytes += word
            column += 1 + word.count
        }
        bytes += [ASCII.carriageReturn, ASCII.lineFeed]
    }

    public mutating func field(_ name: String, _ value: String) { field(name, Array(value.utf8)) }

    /// A field of free text: encoded words where it is not ASCII.
    public mutating func text(_ name: String, _ value: String) { field(name, EncodedWord.encode(value)) }

    /// Ends the header.
    public mutating func end() { bytes += [ASCII.carriageReturn, ASCII.lineFeed] }
}
