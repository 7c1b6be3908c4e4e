/// `STATUS mailbox (item …)` asks about a mailbox without selecting it: RFC 3501 §6.3.10.
public struct Status: IMAPCommand {
    public static let name = "STATUS"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public let items: [StatusItem]
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.space()
        var items: [StatusItem] = []
        try input.list { input throws(SyntaxError) in
            guard let item = StatusItem(rawValue: try input.word()) else { throw .expected("a STATUS data item") }
            if !items.contains(item) { items.append(item) }
        }
        self.items = items
        try input.endOfLine()
    }
}
