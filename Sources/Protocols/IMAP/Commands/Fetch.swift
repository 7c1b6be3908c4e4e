/// `FETCH set items` reads data of messages: RFC 3501 §6.4.5.
public struct Fetch: IMAPCommand {
    public static let name = "FETCH"
    public static let allowed: SessionStates = .selected, maySendExpunge = false, hasUIDForm = true
    public let messages: MessageSelection
    /// Each once. The UID form always has `.uid` (RFC 3501 §6.4.8).
    public let items: [FetchItem]
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        messages = try input.messages()
        try input.space()
        let items = try input.fetchItems()
        self.items = messages.areUIDs && !items.contains(.uid) ? [.uid] + items : items
        try input.endOfLine()
    }
}
