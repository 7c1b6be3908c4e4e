/// `UNSELECT` closes the mailbox without expunging: RFC 3691 §2.
public struct Unselect: IMAPCommand {
    public static let name = "UNSELECT"
    public static let allowed: SessionStates = .selected
    public static let maySendExpunge = false  // nothing of the mailbox is reported once it is closed
    public init(parsing input: inout Parser) throws(SyntaxError) { try input.endOfLine() }
}
