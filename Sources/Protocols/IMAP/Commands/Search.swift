/// `SEARCH [CHARSET charset] key …` looks for messages: RFC 3501 §6.4.4.
public struct Search: IMAPCommand {
    public static let name = "SEARCH"
    public static let allowed: SessionStates = .selected, maySendExpunge = false, hasUIDForm = true
    public let key: SearchKey
    /// The answer holds unique identifiers.
    public let answersUIDs: Bool

    public init(parsing input: inout Parser) throws(SyntaxError) {
        answersUIDs = input.readsUIDs
        try input.space()
        let start = input.position
        if input.itemName() == "CHARSET" {
            try input.space()
            guard ["US-ASCII", "UTF-8", "ASCII", "UTF8"].contains(try input.astring().upperText) else { throw .unsupportedCharset }
            try input.space()
        } else {
            input.position = start
        }
        key = try input.searchKeys()
        try input.endOfLine()
    }
}
