/// `SETACL mailbox identifier rights` would change rights: RFC 4314 §3.1. Read so that it can be refused with a reason.
public struct SetACL: IMAPCommand {
    public static let name = "SETACL"
    public static let allowed: SessionStates = .loggedIn
    public let mailbox: MailboxName
    public let identifier: [UInt8]
    public let rights: [UInt8]
    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        mailbox = try input.mailbox()
        try input.space()
        identifier = try input.astring()
        try input.space()
        rights = try input.astring()
        try input.endOfLine()
    }
}
