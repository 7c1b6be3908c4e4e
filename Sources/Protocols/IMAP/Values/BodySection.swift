import MIME

/// A part of a message, between the brackets of `BODY[…]` (RFC 3501 §6.4.5): `1.2.HEADER.FIELDS (From To)`.
public struct BodySection: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case header, text, mime
        /// Field names in the client's spelling.
        case headerFields([[UInt8]]), headerFieldsNot([[UInt8]])
    }
    /// Part numbers from the outermost inwards; empty for the message itself.
    public let part: [Int]
    /// Nil: the part's body, or with no part numbers the whole message.
    public let content: Content?
    static let deepest = 100

    public init(part: [Int] = [], content: Content? = nil) {
        self.part = part
        self.content = content
    }

    func write(to output: inout ResponseWriter) {
        output.byte("[")
        output.text(part.map(String.init).joined(separator: "."))
        if content != nil, !part.isEmpty { output.byte(".") }
        switch content {
        case nil: break
        case .header: output.text("HEADER")
        case .text: output.text("TEXT")
        case .mime: output.text("MIME")
        case .headerFields(let names): writeFields("HEADER.FIELDS", names, to: &output)
        case .headerFieldsNot(let names): writeFields("HEADER.FIELDS.NOT", names, to: &output)
        }
        output.byte("]")
    }

    private func writeFields(_ name: String, _ fields: [[UInt8]], to output: inout ResponseWriter) {
        output.text(name)
        output.text(" ")
        output.list(fields) { output, field in output.astring(field) }
    }
}

/// `<origin.count>` behind a section: octets `origin ..< origin + count` of it.
public struct PartialRange: Sendable, Hashable {
    public let origin: UInt32, count: UInt32
    public init(origin: UInt32, count: UInt32) {
        self.origin = origin
        self.count = count
    }
    /// Cut to what there is; empty when it starts behind the end.
    public func range(of length: Int) -> Range<Int> {
        let start = min(length, Int(origin))
        return start..<min(length, start + Int(count))
    }
}

extension Parser {
    /// `section`.
    mutating func section() throws(SyntaxError) -> BodySection {
        try expect("[")
        var part: [Int] = []
        var content: BodySection.Content?
        while content == nil, next != UInt8(ascii: "]") {
            if let next, ByteClass.isDigit(next) {
                part.append(Int(try positiveNumber()))
                guard part.count <= BodySection.deepest else { throw .tooComplex }
                guard take(UInt8(ascii: ".")) else { break }
                guard self.next != UInt8(ascii: "]") else { throw .expected("a section") }
            } else {
                content = try sectionContent(insidePart: !part.isEmpty)
            }
        }
        try expect("]")
        return BodySection(part: part, content: content)
    }

    private mutating func sectionContent(insidePart: Bool) throws(SyntaxError) -> BodySection.Content {
        switch itemName() {
        case "HEADER": return .header
        case "TEXT": return .text
        case "MIME" where insidePart: return .mime
        case "HEADER.FIELDS": return .headerFields(try headerList())
        case "HEADER.FIELDS.NOT": return .headerFieldsNot(try headerList())
        default: throw .expected("a section")
        }
    }

    private mutating func headerList() throws(SyntaxError) -> [[UInt8]] {
        try space()
        var names: [[UInt8]] = []
        try list { parser throws(SyntaxError) in names.append(try parser.astring()) }
        return names
    }

    /// `<origin.count>`, or nil when none follows.
    mutating func partialRange() throws(SyntaxError) -> PartialRange? {
        guard take(UInt8(ascii: "<")) else { return nil }
        let origin = try number()
        try expect(".")
        let count = try positiveNumber()
        try expect(">")
        return PartialRange(origin: origin, count: count)
    }
}

extension BodySection {
    /// The same, as module MIME asks for it.
    public var location: MessageSection {
        let text: MessageSection.Text =
            switch content {
            case nil: .whole
            case .header: .header
            case .text: .text
            case .mime: .mime
            case .headerFields(let names): .headerFields(names)
            case .headerFieldsNot(let names): .headerFieldsNot(names)
            }
        return MessageSection(part: part, text: text)
    }
}
