/// `AUTHENTICATE mechanism [initial-response]`: RFC 3501 §6.2.2; the initial response: RFC 4959 §3.
public struct Authenticate: IMAPCommand {
    public static let name = "AUTHENTICATE"
    public static let allowed: SessionStates = .notAuthenticated
    /// In upper case.
    public let mechanism: String
    /// Base64 as sent, or `=` for an empty response; nil when there is none.
    public let initialResponse: [UInt8]?
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mechanism = try input.word()
        if input.take(ByteClass.space) {
            let response = input.takeWhile { $0 > 0x20 && $0 < 0x7F }
            initialResponse = response.isEmpty ? nil : Array(response)
        } else {
            initialResponse = nil
        }
        try input.endOfLine()
    }
}
