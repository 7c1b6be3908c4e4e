import IMAP
import MailStore

/// As what subscriptions are kept: those to mailboxes of a shared one with its number in the place of its address, which may change
/// (`Shared/12@/Sent`), all others by name. A name that looks like one of the former has a mark before the number (`Shared/=12@/Sent`), and
/// one that looks marked has one more.
extension SharedNamespace {
    package func kept(_ name: MailboxName) -> String {
        meaning(of: name).map { Self.kept($0.inner, in: $0.shared.user) } ?? Self.keptAsItIs(name)
    }

    /// - Parameter shared: the shared mailbox's number.
    static func kept(_ inner: MailboxName, in shared: Int64) -> String { "\(prefix)\(shared)@" + (inner.isInbox ? "" : "/\(inner.text)") }

    /// Whatever shared mailbox there may be.
    static func keptAsItIs(_ name: MailboxName) -> String {
        guard NumberedName(name.text) != nil else { return name.text }
        return "\(prefix)=" + String(decoding: name.text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }

    /// The name that the subscription is to now; nil: to a mailbox that the user cannot open.
    package func subscribed(_ kept: String) -> MailboxName? {
        guard let numbered = NumberedName(kept) else { return MailboxName(kept) }
        guard !numbered.isMarked else {
            return MailboxName(Self.prefix + String(decoding: kept.utf8.dropFirst(Self.prefix.utf8.count + 1), as: UTF8.self))
        }
        return numbered.shared.flatMap { mailbox(of: $0) }.map { Self.name(of: numbered.inner, in: $0) }
    }

    /// Whether the subscription is to a mailbox of a shared one that the user cannot open.
    func isBarred(_ kept: String) -> Bool { subscribed(kept) == nil }
}

/// `Shared/12@/Sent`, perhaps marked.
private struct NumberedName {
    let isMarked: Bool
    /// nil: no shared mailbox has such a number.
    let shared: Int64?
    let inner: MailboxName

    /// nil: it is another name.
    init?(_ text: String) {
        let prefix = SharedNamespace.prefix.utf8
        guard text.utf8.starts(with: prefix) else { return nil }
        let rest = text.utf8.dropFirst(prefix.count), unmarked = rest.drop { $0 == UInt8(ascii: "=") }
        let digits = unmarked.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }, behind = unmarked.dropFirst(digits.count)
        guard !digits.isEmpty, behind.first == UInt8(ascii: "@") else { return nil }
        let path = behind.dropFirst()
        guard path.isEmpty || path.first == UInt8(ascii: "/") else { return nil }
        isMarked = unmarked.count < rest.count
        shared = Int64(String(decoding: digits, as: UTF8.self))
        inner = path.isEmpty ? .inbox : MailboxName(String(decoding: path.dropFirst(), as: UTF8.self))
    }
}
