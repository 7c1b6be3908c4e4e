/// `MYRIGHTS mailbox` asks what the user may do with a mailbox: RFC 4314 §3.5.
public struct MyRights: IMAPCommand {
    public static let name = "MYRIGHTS"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.endOfLine()
    }
}
