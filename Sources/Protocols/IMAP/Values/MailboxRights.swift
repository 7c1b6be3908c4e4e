/// What somebody may do with a mailbox: RFC 4314 §2.1.
public struct MailboxRights: OptionSet, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let lookUp = MailboxRights(rawValue: 1), read = MailboxRights(rawValue: 2), keepSeen = MailboxRights(rawValue: 4),
        write = MailboxRights(rawValue: 8), insert = MailboxRights(rawValue: 16), post = MailboxRights(rawValue: 32),
        create = MailboxRights(rawValue: 64), delete = MailboxRights(rawValue: 128), deleteMessages = MailboxRights(rawValue: 256),
        expunge = MailboxRights(rawValue: 512), administer = MailboxRights(rawValue: 1024)

    private static let letters = Array("lrswipkxtea")

    /// With the rights of RFC 2086 that some of these are parts of (§2.1.1): `c` and `d`.
    public var text: String {
        var text = String(Self.letters.enumerated().filter { rawValue & (1 << $0.offset) != 0 }.map(\.element))
        if !isDisjoint(with: [.create, .delete]) { text += "c" }
        if !isDisjoint(with: [.deleteMessages, .expunge]) { text += "d" }
        return text
    }
}
