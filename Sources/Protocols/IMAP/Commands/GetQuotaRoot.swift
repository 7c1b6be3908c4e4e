/// `GETQUOTAROOT mailbox` asks which quotas a mailbox is under: RFC 9208 §4.1.2.
public struct GetQuotaRoot: IMAPCommand {
    public static let name = "GETQUOTAROOT"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.endOfLine()
    }
}
