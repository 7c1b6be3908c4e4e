/// `DELETE mailbox` removes a mailbox and its messages: RFC 3501 §6.3.4.
public struct Delete: IMAPCommand {
    public static let name = "DELETE"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.endOfLine()
    }
}
