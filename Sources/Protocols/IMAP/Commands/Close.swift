/// `CLOSE` expunges silently and unselects: RFC 3501 §6.4.2.
public struct Close: IMAPCommand {
    public static let name = "CLOSE"
    public static let allowed: SessionStates = .selected
    public static let maySendExpunge = false  // nothing of the mailbox is reported once it is closed
    public init(parsing input: inout Parser) throws(SyntaxError) { try input.endOfLine() }
}
