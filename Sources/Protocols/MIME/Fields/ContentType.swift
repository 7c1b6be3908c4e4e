/// The value of Content-Type: RFC 2045 §5. Type and subtype are kept as written and compared without regard to case.
public struct ContentType: Sendable, Equatable, Hashable {
    public var type: [UInt8]
    public var subtype: [UInt8]
    public var parameters: [Parameter]

    public init(type: [UInt8], subtype: [UInt8], parameters: [Parameter] = []) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
    }

    public init(_ type: String, _ subtype: String, parameters: [Parameter] = []) {
        self.init(type: Array(type.utf8), subtype: Array(subtype.utf8), parameters: parameters)
    }

    /// What an entity without a usable Content-Type is: RFC 2045 §5.2.
    public static let `default` = ContentType(
        "text", "plain", parameters: [Parameter(name: Array("charset".utf8), value: Array("us-ascii".utf8))])
    /// The same inside multipart/digest: RFC 2046 §5.1.5.
    public static let digestDefault = ContentType("message", "rfc822")
    public static let octetStream = ContentType("application", "octet-stream")

    /// Nil when type and subtype cannot be read.
    public init?(parsing value: [UInt8]) {
        var lexer = FieldLexer(value)
        lexer.skipBlanks()
        guard let type = lexer.token() else { return nil }
        lexer.skipBlanks()
        guard lexer.take("/") else { return nil }
        lexer.skipBlanks()
        guard let subtype = lexer.token() else { return nil }
        self.init(type: type, subtype: subtype, parameters: lexer.parameters())
    }

    public func hasType(_ name: String) -> Bool { ASCII.equal(type, name) }
    public func hasSubtype(_ name: String) -> Bool { ASCII.equal(subtype, name) }
    public func parameter(_ name: String) -> [UInt8]? { parameters.first { ASCII.equal($0.name, name) }?.value }

    public var isText: Bool { hasType("text") }
    public var isMultipart: Bool { hasType("multipart") }
    /// A whole message as a part: RFC 2046 §5.2.1; message/global: RFC 6532 §3.7.
    public var isMessage: Bool { hasType("message") && (hasSubtype("rfc822") || hasSubtype("global")) }
}
