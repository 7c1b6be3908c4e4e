/// `NOOP` lets the server report changes: RFC 3501 §6.1.2.
public struct Noop: IMAPCommand {
    public static let name = "NOOP"
    public static let allowed: SessionStates = .any
    public init(parsing input: inout Parser) throws(SyntaxError) { try input.endOfLine() }
}
