/// `LOGOUT` ends the session: RFC 3501 §6.1.3.
public struct Logout: IMAPCommand {
    public static let name = "LOGOUT"
    public static let allowed: SessionStates = .any
    public init(parsing input: inout Parser) throws(SyntaxError) { try input.endOfLine() }
}
