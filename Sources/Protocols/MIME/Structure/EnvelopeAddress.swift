/// An address as IMAP's ENVELOPE shows it: RFC 3501 §7.4.2. The parts are raw: encoded words are not decoded.
///
/// A group starts with an address whose host is nil and whose mailbox is the group's name, and ends with one where both
/// are nil.
public struct EnvelopeAddress: Sendable, Equatable, Hashable {
    /// The display name, or the comment after a bare address.
    public var name: [UInt8]?
    /// The obsolete source route (`@a,@b`): RFC 5322 §4.4.
    public var route: [UInt8]?
    /// The local part without quotes; a group's name.
    public var mailbox: [UInt8]?
    public var host: [UInt8]?

    public init(name: [UInt8]? = nil, route: [UInt8]? = nil, mailbox: [UInt8]?, host: [UInt8]?) {
        self.name = name
        self.route = route
        self.mailbox = mailbox
        self.host = host
    }

    public static func groupStart(_ name: [UInt8]) -> EnvelopeAddress { EnvelopeAddress(mailbox: name, host: nil) }
    public static let groupEnd = EnvelopeAddress(mailbox: nil, host: nil)

    public var isGroupMark: Bool { host == nil }
    /// `mailbox@host`; nil for the marks of a group.
    public var address: [UInt8]? {
        guard let mailbox, let host else { return nil }
        return mailbox + [UInt8(ascii: "@")] + host
    }
}
