/// `EXPUNGE` removes the messages marked `\Deleted`: RFC 3501 §6.4.3; `UID EXPUNGE set` only those of a set: RFC 4315 §2.1.
public struct Expunge: IMAPCommand {
    public static let name = "EXPUNGE"
    public static let allowed: SessionStates = .selected, hasUIDForm = true
    public let uids: SequenceSet?
    public init(parsing input: inout Parser) throws(SyntaxError) {
        if input.readsUIDs {
            try input.space()
            uids = try input.sequenceSet()
        } else {
            uids = nil
        }
        try input.endOfLine()
    }
}
