/// `SUBSCRIBE mailbox` puts a name on the list that LSUB shows: RFC 3501 §6.3.6.
public struct Subscribe: IMAPCommand {
    public static let name = "SUBSCRIBE"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.endOfLine()
    }
}
