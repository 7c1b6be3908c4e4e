/// The `relaxed` form of a body (RFC 6376 §3.4.4), made of pieces cut anywhere.
public struct RelaxedBody: Sendable {
    /// Blanks of this line that nothing has followed yet: at its end they go, elsewhere they are one space.
    private var hasBlank = false
    /// The last octet was a CR, perhaps of a line end.
    private var hasReturn = false
    private var isInLine = false
    /// Lines that go if nothing follows.
    private var emptyLines = 0

    public init() {}

    /// - Returns: what is known by now of the canonical form.
    public mutating func feed(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.underestimatedCount)
        for byte in bytes {
            if hasReturn {
                hasReturn = false
                if byte == 10 {
                    endLine(&output)
                    continue
                }
                add(13, &output)
            }
            switch byte {
            case 13: hasReturn = true
            case 32, 9: hasBlank = true
            default: add(byte, &output)
            }
        }
        return output
    }

    /// - Returns: the rest.
    public mutating func finish() -> [UInt8] {
        var output: [UInt8] = []
        if hasReturn { add(13, &output) }
        if isInLine { endLine(&output) }
        self = RelaxedBody()
        return output
    }

    private mutating func add(_ byte: UInt8, _ output: inout [UInt8]) {
        while emptyLines > 0 {
            output += [13, 10]
            emptyLines -= 1
        }
        if hasBlank { output.append(32) }
        hasBlank = false
        isInLine = true
        output.append(byte)
    }

    private mutating func endLine(_ output: inout [UInt8]) {
        if isInLine { output += [13, 10] } else { emptyLines += 1 }
        (isInLine, hasBlank) = (false, false)
    }
}
