/// `attribute=value` of a MIME field: RFC 2045 §5.1. Names of RFC 2231 (`title*0*`) are passed on as they are.
public struct Parameter: Sendable, Equatable, Hashable {
    public var name: [UInt8]
    public var value: [UInt8]

    public init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

extension FieldLexer {
    /// How many parameters of one field are read.
    static let parameterLimit = 1_000

    /// The parameters up to the end of the field. What is no parameter is passed over to the next semicolon.
    mutating func parameters() -> [Parameter] {
        var parameters: [Parameter] = []
        while parameters.count < Self.parameterLimit {
            skipBlanks()
            while take(";") { skipBlanks() }
            guard !isAtEnd else { break }
            if let parameter = parameter() { parameters.append(parameter) }
            _ = run { $0 == UInt8(ascii: ";") }
        }
        return parameters
    }

    private mutating func parameter() -> Parameter? {
        guard let name = token() else { return nil }
        skipBlanks()
        guard take("=") else { return nil }
        skipBlanks()
        if let value = quotedString() { return Parameter(name: name, value: value) }
        // More than the token of the grammar: unquoted file names and boundaries with specials do occur.
        let value = run { $0 <= 32 || $0 == UInt8(ascii: ";") }
        return Parameter(name: name, value: value ?? [])
    }
}
