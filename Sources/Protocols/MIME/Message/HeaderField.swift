/// One header field as it lies in the message: RFC 5322 §2.2. Offsets count from the first byte of the whole message.
public struct HeaderField: Sendable, Equatable {
    /// From the first letter of the name through the last line end.
    public let range: Range<Int>
    /// Empty for a line in the header that is no field at all.
    public let nameRange: Range<Int>
    /// What follows the colon, folding included, the last line end excluded.
    public let valueRange: Range<Int>

    /// The value on one line: line ends taken out (RFC 5322 §2.2.3), blanks at both ends and NULs dropped.
    public static func unfold(_ raw: some Collection<UInt8>) -> [UInt8] {
        var value: [UInt8] = []
        value.reserveCapacity(raw.count)
        for byte in raw where byte != ASCII.lineFeed && byte != ASCII.carriageReturn && byte != ASCII.nul {
            if value.isEmpty && ASCII.isBlank(byte) { continue }
            value.append(byte)
        }
        while let last = value.last, ASCII.isBlank(last) { value.removeLast() }
        return value
    }
}
