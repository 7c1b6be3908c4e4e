/// `ENABLE capability …`: RFC 5161 §3.1.
public struct Enable: IMAPCommand {
    public static let name = "ENABLE"
    public static let allowed: SessionStates = .loggedIn  // RFC 5161 §3.1 wants it before SELECT; clients that are late do no harm
    /// In upper case.
    public let capabilities: [String]
    public init(parsing input: inout Parser) throws(SyntaxError) {
        var capabilities: [String] = []
        repeat {
            try input.space()
            capabilities.append(try input.word())
        } while input.next == ByteClass.space
        self.capabilities = capabilities
        try input.endOfLine()
    }
}
