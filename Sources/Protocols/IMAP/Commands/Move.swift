/// `MOVE set mailbox` moves messages into another mailbox: RFC 6851 §3.1.
public struct Move: IMAPCommand {
    public static let name = "MOVE"
    public static let allowed: SessionStates = .selected, hasUIDForm = true
    public let messages: MessageSelection
    public let mailbox: MailboxName
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        messages = try input.messages()
        try input.space()
        mailbox = try input.mailbox()
        try input.endOfLine()
    }
}
