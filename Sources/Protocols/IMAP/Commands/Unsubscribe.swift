/// `UNSUBSCRIBE mailbox` takes a name off that list: RFC 3501 §6.3.7.
public struct Unsubscribe: IMAPCommand {
    public static let name = "UNSUBSCRIBE"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.endOfLine()
    }
}
