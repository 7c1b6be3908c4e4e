/// `SELECT mailbox` opens a mailbox for reading and writing: RFC 3501 §6.3.1.
public struct Select: IMAPCommand {
    public static let name = "SELECT"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.endOfLine()
    }
}
