/// `CAPABILITY` asks what the server can do: RFC 3501 §6.1.1.
public struct Capability: IMAPCommand {
    public static let name = "CAPABILITY"
    public static let allowed: SessionStates = .any
    public init(parsing input: inout Parser) throws(SyntaxError) { try input.endOfLine() }
}
