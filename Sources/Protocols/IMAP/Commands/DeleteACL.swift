/// `DELETEACL mailbox identifier` would take rights away: RFC 4314 §3.2. Read so that it can be refused with a reason.
public struct DeleteACL: IMAPCommand {
    public static let name = "DELETEACL"
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
