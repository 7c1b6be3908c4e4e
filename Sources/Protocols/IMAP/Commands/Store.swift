/// `STORE set [+|-]FLAGS[.SILENT] flags` changes flags: RFC 3501 §6.4.6.
public struct Store: IMAPCommand {
    public static let name = "STORE"
    public static let allowed: SessionStates = .selected, maySendExpunge = false, hasUIDForm = true
    public enum Change: Sendable { case replace, add, remove }
    public let messages: MessageSelection
    public let change: Change
    public let isSilent: Bool
    public let flags: Flags
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        messages = try input.messages()
        try input.space()
        switch input.itemName() {
        case "FLAGS": (change, isSilent) = (.replace, false)
        case "FLAGS.SILENT": (change, isSilent) = (.replace, true)
        case "+FLAGS": (change, isSilent) = (.add, false)
        case "+FLAGS.SILENT": (change, isSilent) = (.add, true)
        case "-FLAGS": (change, isSilent) = (.remove, false)
        case "-FLAGS.SILENT": (change, isSilent) = (.remove, true)
        default: throw .expected("FLAGS, +FLAGS or -FLAGS")
        }
        try input.space()
        flags = try input.flagsToStore()
        try input.endOfLine()
    }
}
