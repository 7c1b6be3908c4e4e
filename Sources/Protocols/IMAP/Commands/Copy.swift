/// `COPY set mailbox` copies messages into another mailbox: RFC 3501 §6.4.7.
public struct Copy: IMAPCommand {
    public static let name = "COPY"
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
