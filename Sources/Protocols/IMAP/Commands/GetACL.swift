/// `GETACL mailbox` asks who may do what with a mailbox: RFC 4314 §3.3.
public struct GetACL: IMAPCommand {
    public static let name = "GETACL"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.endOfLine()
    }
}
