/// `SETQUOTA root (resource limit …)` would change limits: RFC 9208 §4.1.3. Read so that it can be refused with a reason.
public struct SetQuota: IMAPCommand {
    public static let name = "SETQUOTA"
    public static let allowed: SessionStates = .loggedIn
    public let root: [UInt8]
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        root = try input.astring()
        try input.space()
        try input.list(mayBeEmpty: true) { input throws(SyntaxError) in
            _ = try input.word()
            try input.space()
            guard !input.takeWhile(ByteClass.isDigit).isEmpty else { throw .expected("a number") }
        }
        try input.endOfLine()
    }
}
