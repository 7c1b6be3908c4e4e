/// How a body is encoded: RFC 2045 §6.1.
public enum ContentTransferEncoding: Sendable, Equatable {
    case identity, quotedPrintable, base64
    /// An encoding that this module does not know; its body is not to be interpreted.
    case unknown

    /// The mechanism's name as written, comments dropped; nil when there is none.
    public static func name(parsing value: [UInt8]) -> [UInt8]? {
        var lexer = FieldLexer(value)
        lexer.skipBlanks()
        return lexer.token()
    }

    public init(name: some Collection<UInt8>) {
        if ASCII.equal(name, "7bit") || ASCII.equal(name, "8bit") || ASCII.equal(name, "binary") {
            self = .identity
        } else if ASCII.equal(name, "quoted-printable") {
            self = .quotedPrintable
        } else if ASCII.equal(name, "base64") {
            self = .base64
        } else {
            self = .unknown
        }
    }
}
