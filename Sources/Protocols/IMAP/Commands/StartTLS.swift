/// `STARTTLS` begins TLS: RFC 3501 §6.2.1.
public struct StartTLS: IMAPCommand {
    public static let name = "STARTTLS"
    public static let allowed: SessionStates = .notAuthenticated
    public init(parsing input: inout Parser) throws(SyntaxError) { try input.endOfLine() }
}
