/// `APPEND mailbox [(flags)] [date-time] literal` adds a message to a mailbox: RFC 3501 §6.3.11.
public struct Append: IMAPCommand {
    public static let name = "APPEND"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public let flags: Flags
    public let date: InternalDate?
    /// The reader's own array, not a copy.
    public let message: [UInt8]
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.space()
        if input.next == UInt8(ascii: "(") {
            flags = try input.flagList()
            try input.space()
        } else {
            flags = Flags()
        }
        if input.next == ByteClass.quote {
            date = try input.dateTime()
            try input.space()
        } else {
            date = nil
        }
        message = try input.literal()
        try input.endOfLine()
    }
}
