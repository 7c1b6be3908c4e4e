/// A whole command as it came: its lines with their `{n}` marks and line ends, and the literals that followed the marks.
public struct CommandText: Sendable, Equatable {
    /// Everything but the literals' octets. Each `{n}CRLF` inside stands for the next literal; the last CRLF ends the command.
    public let text: [UInt8]
    public let literals: [[UInt8]]

    public init(text: [UInt8], literals: [[UInt8]] = []) {
        self.text = text
        self.literals = literals
    }

    /// The tag, when the text starts with one.
    public var tag: String? { CommandText.tag(of: text) }

    static func tag(of text: [UInt8]) -> String? {
        guard let end = text.firstIndex(where: { !ByteClass.isTag($0) }), end > 0, end <= 256,
            text[end] == ByteClass.space || text[end] == ByteClass.carriageReturn
        else { return nil }
        return String(decoding: text[..<end], as: UTF8.self)
    }
}
