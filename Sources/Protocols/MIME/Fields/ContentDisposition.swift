/// The value of Content-Disposition: RFC 2183 §2.
public struct ContentDisposition: Sendable, Equatable, Hashable {
    public var type: [UInt8]
    public var parameters: [Parameter]

    public init(type: [UInt8], parameters: [Parameter] = []) {
        self.type = type
        self.parameters = parameters
    }

    public init?(parsing value: [UInt8]) {
        var lexer = FieldLexer(value)
        lexer.skipBlanks()
        guard let type = lexer.token() else { return nil }
        self.init(type: type, parameters: lexer.parameters())
    }

    public func parameter(_ name: String) -> [UInt8]? { parameters.first { ASCII.equal($0.name, name) }?.value }
}
