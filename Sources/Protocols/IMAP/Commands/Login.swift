/// `LOGIN userid password`: RFC 3501 §6.2.3.
public struct Login: IMAPCommand {
    public static let name = "LOGIN"
    public static let allowed: SessionStates = .notAuthenticated
    public let user: [UInt8], password: [UInt8]
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        user = try input.astring()
        try input.space()
        password = try input.astring()
        try input.endOfLine()
    }
}
