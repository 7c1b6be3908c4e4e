/// Message identifiers in Message-ID, In-Reply-To and References: RFC 5322 §3.6.4.
public enum MessageID {
    /// How many identifiers of one field are read.
    public static let limit = 10_000

    /// The identifiers of a field, angle brackets included; phrases and comments between them (§4.5.4) are passed over.
    public static func list(parsing value: [UInt8]) -> [[UInt8]] {
        var lexer = FieldLexer(value)
        var identifiers: [[UInt8]] = []
        while identifiers.count < limit {
            lexer.skipBlanks()
            guard let byte = lexer.next else { break }
            if byte == UInt8(ascii: "<") {
                guard let body = lexer.run(until: { $0 == UInt8(ascii: ">") }), lexer.take(">") else { break }
                identifiers.append(body.filter { !ASCII.isBlank($0) } + [UInt8(ascii: ">")])
            } else if lexer.quotedString() == nil {
                lexer.advance()
            }
        }
        return identifiers
    }
}
