/// `LIST reference pattern` shows all mailboxes whose names match: RFC 3501 §6.3.8.
public struct List: IMAPCommand {
    public static let name = "LIST"
    public static let allowed: SessionStates = .loggedIn
    public let reference: String, pattern: String
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        reference = try input.listReference()
        try input.space()
        pattern = try input.listMailbox()
        try input.endOfLine()
    }
}
