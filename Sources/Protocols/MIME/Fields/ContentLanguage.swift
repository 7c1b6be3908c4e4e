/// The value of Content-Language: a list of language tags (RFC 3282 §2).
public enum ContentLanguage {
    public static func tags(parsing value: [UInt8]) -> [[UInt8]] {
        var lexer = FieldLexer(value)
        var tags: [[UInt8]] = []
        while tags.count < 100 {
            lexer.skipBlanks()
            guard !lexer.isAtEnd else { break }
            if let tag = lexer.token() { tags.append(tag) } else { lexer.advance() }
        }
        return tags
    }
}
