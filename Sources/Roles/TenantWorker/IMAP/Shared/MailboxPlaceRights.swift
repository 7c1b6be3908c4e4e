import IMAP
import MailStore
import Runtime

/// Access to shared mailboxes in the words of RFC 4314. The right to administer is never granted: administrators of the tenant do that.
extension MailboxRights {
    /// Of the owner of a mailbox, always.
    static let owners: MailboxRights = [
        .lookUp, .read, .keepSeen, .write, .insert, .post, .create, .delete, .deleteMessages, .expunge, .administer,
    ]
    /// What each of `SharedMailbox.Rights` adds to those before it.
    static let steps: [MailboxRights] = [
        [.lookUp, .read], [.keepSeen, .write, .insert, .deleteMessages, .expunge], [.create, .delete],
    ]

    init(_ rights: SharedMailbox.Rights) { self = Self.steps.prefix(rights.rawValue + 1).reduce([]) { $0.union($1) } }
}

extension MailboxPlace {
    /// Of the session's user.
    var rights: MailboxRights { shared.map { MailboxRights($0.rights) } ?? .owners }
}

extension IMAPConnection {
    /// A mailbox that there is.
    func existing(_ name: MailboxName) async throws -> MailboxPlace {
        let place = try await place(of: name)
        guard place.mailbox != nil else { throw IMAPRefusal.noSuchMailbox }
        return place
    }
}
