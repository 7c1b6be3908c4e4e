/// `IDLE` waits for changes until the client sends `DONE`: RFC 2177.
public struct Idle: IMAPCommand {
    public static let name = "IDLE"
    public static let allowed: SessionStates = .loggedIn
    public init(parsing input: inout Parser) throws(SyntaxError) { try input.endOfLine() }
}
