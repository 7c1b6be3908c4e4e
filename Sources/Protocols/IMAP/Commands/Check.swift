/// `CHECK` asks for housekeeping: RFC 3501 §6.4.1.
public struct Check: IMAPCommand {
    public static let name = "CHECK"
    public static let allowed: SessionStates = .selected
    public init(parsing input: inout Parser) throws(SyntaxError) { try input.endOfLine() }
}
