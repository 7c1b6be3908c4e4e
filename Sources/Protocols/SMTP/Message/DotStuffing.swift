/// Prepares a message for DATA and for POP3-like multi-line answers (RFC 5321 §4.5.2), piece by piece.
public struct DotStuffing: Sendable {
    private var isAtLineStart = true

    public init() {}

    /// The piece with a dot added before each line that begins with one.
    public mutating func encode(_ piece: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(piece.count + 64)
        var start = piece.startIndex
        while start < piece.endIndex {
            if isAtLineStart, piece[start] == UInt8(ascii: ".") { output.append(UInt8(ascii: ".")) }
            let end = piece[start...].firstIndex(of: 10).map { $0 + 1 } ?? piece.endIndex
            output.append(contentsOf: piece[start..<end])
            isAtLineStart = piece[end - 1] == 10
            start = end
        }
        return output
    }

    /// What ends the message: CRLF first if its last line lacks it.
    public var ending: [UInt8] { isAtLineStart ? Array(".\r\n".utf8) : Array("\r\n.\r\n".utf8) }
}
