import IMAP
import MailStore

/// The names under which a session shows the shared mailboxes that its user has access to (RFC 2342 §5): `Shared/ADDRESS` is the INBOX
/// of one, `Shared/ADDRESS/Sent` another of its mailboxes. Where the user has no access to any, there is no such namespace.
///
/// Mailboxes of the user's own whose names begin so stay where they are, but for those that a shared mailbox's names hide; none is made.
package struct SharedNamespace {
    static let prefix = "Shared/"
    /// The level that all of it is under.
    static let top = MailboxName("Shared")

    /// The directory's, of when access was read; nil: it was not.
    let generation: Int?
    let mailboxes: [SharedMailbox]
    private let byAddress: [String: SharedMailbox]

    package init(_ mailboxes: [SharedMailbox] = [], of generation: Int? = nil) {
        self.generation = generation
        self.mailboxes = mailboxes
        byAddress = Dictionary(mailboxes.map { ($0.address, $0) }) { first, _ in first }
    }

    var isShown: Bool { !mailboxes.isEmpty }

    /// Whether the name is in it for who has such a namespace.
    static func mayHold(_ name: MailboxName) -> Bool { name == top || name.isDescendant(of: top) }

    /// Whether the name is in it, whoever else may have it.
    func covers(_ name: MailboxName) -> Bool { isShown && Self.mayHold(name) }

    func mailbox(of user: Int64) -> SharedMailbox? { mailboxes.first { $0.user == user } }

    func mailbox(at address: some StringProtocol) -> SharedMailbox? { byAddress[String(address)] }

    /// What the name means: a shared mailbox, and the name inside of it.
    package func meaning(of name: MailboxName) -> (shared: SharedMailbox, inner: MailboxName)? {
        guard isShown, let (address, inner) = Self.parts(of: name), let shared = mailbox(at: address) else { return nil }
        return (shared, inner)
    }

    /// The address in the name, whether a shared mailbox has it or none, and the name inside of that; nil: there is none in it.
    static func parts(of name: MailboxName) -> (address: String, inner: MailboxName)? {
        guard name.isDescendant(of: top) else { return nil }
        let rest = name.text.unicodeScalars.dropFirst(prefix.unicodeScalars.count)
        // A local part may hold the separator, and no other `@`.
        guard let at = rest.firstIndex(of: "@") else { return nil }
        let end = rest[at...].firstIndex(of: "/") ?? rest.endIndex
        return (String(rest[..<end]), end == rest.endIndex ? .inbox : MailboxName(String(rest[rest.index(after: end)...])))
    }

    /// The name under which a mailbox of a shared one is shown.
    static func name(of inner: MailboxName, in shared: SharedMailbox) -> MailboxName {
        MailboxName(prefix + shared.address + (inner.isInbox ? "" : "/\(inner.text)"))
    }
}
