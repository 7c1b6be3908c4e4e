/// `LISTRIGHTS mailbox identifier` asks which rights somebody can be given: RFC 4314 §3.4.
public struct ListRights: IMAPCommand {
    public static let name = "LISTRIGHTS"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public let identifier: [UInt8]
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.space()
        identifier = try input.astring()
        try input.endOfLine()
    }
}
