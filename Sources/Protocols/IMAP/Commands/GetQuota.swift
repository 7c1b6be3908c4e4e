/// `GETQUOTA root` asks for usage and limits of a quota root: RFC 9208 §4.1.1.
public struct GetQuota: IMAPCommand {
    public static let name = "GETQUOTA"
    public static let allowed: SessionStates = .loggedIn
    public let root: [UInt8]
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        root = try input.astring()
        try input.endOfLine()
    }
}
