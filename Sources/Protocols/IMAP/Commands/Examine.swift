/// `EXAMINE mailbox` opens a mailbox for reading: RFC 3501 §6.3.2.
public struct Examine: IMAPCommand {
    public static let name = "EXAMINE"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.endOfLine()
    }
}
