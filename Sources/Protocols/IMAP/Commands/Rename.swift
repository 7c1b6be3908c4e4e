/// `RENAME mailbox mailbox`: RFC 3501 §6.3.5.
public struct Rename: IMAPCommand {
    public static let name = "RENAME"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName, newName: MailboxName
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.space()
        newName = try input.mailbox()
        try input.endOfLine()
    }
}
