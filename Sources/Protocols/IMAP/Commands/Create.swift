/// `CREATE mailbox [(USE (attribute …))]` makes a mailbox: RFC 3501 §6.3.3; `USE`: RFC 6154 §3.
public struct Create: IMAPCommand {
    public static let name = "CREATE"
    public static let allowed: SessionStates = .loggedIn
    /// Without the separator that may end it to say that names below will follow.
    public let mailbox: MailboxName
    public let uses: [SpecialUse]
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        let name = try input.mailbox().text
        mailbox = MailboxName(name.utf8.last == UInt8(ascii: "/") ? String(name.unicodeScalars.dropLast()) : name)
        uses = try input.createOptions()
        try input.endOfLine()
    }
}
