import IMAP
import MailStore

/// The names under which a session shows the shared mailboxes that its user has access to (RFC 2342 §5): `Shared/ADDRESS` is the INBOX
/// of one, `Shared/ADDRESS/Sent` another of its mailboxes. Where the user has no access to any, there is no such namespace.
///
/// Mailboxes of the user's own whose names begin so stay where they are, but for those that a shared mailbox's names hide; none is made.
struct SharedNamespace {
    static let prefix = "Shared/"
    /// The level that all of it is under.
    static let top = MailboxName("Shared")

    /// The directory's, of when access was read; nil: it was not.
    let generation: Int?
    let mailboxes: [SharedMailbox]
    private let byAddress: [String: SharedMailbox]

    init(_ mailboxes: [SharedMailbox] = [], of generation: Int? = nil) {
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
    func meaning(of name: MailboxName) -> (shared: SharedMailbox, inner: MailboxName)? {
        guard isShown, name.isDescendant(of: Self.top) else { return nil }
        let rest = name.text.unicodeScalars.dropFirst(Self.prefix.unicodeScalars.count)
        // A local part may hold the separator, and no other `@`.
        guard let at = rest.firstIndex(of: "@") else { return nil }
        let end = rest[at...].firstIndex(of: "/") ?? rest.endIndex
        guard let shared = mailbox(at: String(rest[..<end])) else { return nil }
        return (shared, end == rest.endIndex ? .inbox : MailboxName(String(rest[rest.index(after: end)...])))
    }

    /// The name under which a mailbox of a shared one is shown.
    static func name(of inner: MailboxName, in shared: SharedMailbox) -> MailboxName {
        MailboxName(prefix + shared.address + (inner.isInbox ? "" : "/\(inner.text)"))
    }

    // MARK: Subscriptions

    /// As what a subscription is kept: with the shared mailbox's number in the place of its address, which may change.
    func kept(_ name: MailboxName) -> String {
        guard let (shared, inner) = meaning(of: name) else { return name.text }
        return "\(Self.prefix)\(shared.user)@" + (inner.isInbox ? "" : "/\(inner.text)")
    }

    /// The name that the subscription is to now; nil: to a mailbox that the user cannot open.
    func subscribed(_ kept: String) -> MailboxName? {
        let parts = kept.dropFirst(Self.prefix.count).split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard kept.hasPrefix(Self.prefix), parts.count == 2, let user = Int64(parts[0]), parts[1].isEmpty || parts[1].first == "/" else {
            return MailboxName(kept)
        }
        return mailbox(of: user).map { Self.name(of: parts[1].isEmpty ? .inbox : MailboxName(String(parts[1].dropFirst())), in: $0) }
    }
}
