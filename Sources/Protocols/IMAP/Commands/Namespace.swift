/// `NAMESPACE` asks where mailboxes are: RFC 2342 §5.
public struct Namespace: IMAPCommand {
    public static let name = "NAMESPACE"
    public static let allowed: SessionStates = .loggedIn
    public init(parsing input: inout Parser) throws(SyntaxError) { try input.endOfLine() }
}
