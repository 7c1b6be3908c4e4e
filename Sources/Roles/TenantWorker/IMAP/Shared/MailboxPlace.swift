import IMAP
import MailStore
import Runtime

/// Where the name of a mailbox leads: into the user's own account, or that of a shared mailbox. There need not be a mailbox.
@EventLoopActor
struct MailboxPlace {
    let account: Account
    /// Inside of the account.
    let name: MailboxName
    /// nil: it is the user's own.
    let shared: SharedMailbox?

    var mailbox: Mailbox? { account.mailbox(named: name.text) }

    func require(_ rights: SharedMailbox.Rights) throws {
        if let shared, shared.rights < rights { throw IMAPRefusal.notAllowed }
    }
}

/// A mailbox that messages are to go to.
@EventLoopActor
struct MailboxTarget {
    let account: Account
    let mailbox: Mailbox

    /// Does what puts them there. Its account is held until then, lest another session load the same account a second time.
    func holding<Outcome>(_ body: (Mailbox) async throws -> Outcome) async throws -> Outcome {
        let outcome = try await body(mailbox)
        withExtendedLifetime(account) {}
        return outcome
    }
}

extension IMAPConnection {
    /// - Throws: `NONEXISTENT` where a shared mailbox is just being deleted.
    func place(of name: MailboxName) async throws -> MailboxPlace {
        guard let (shared, inner) = try await namespace(of: name).meaning(of: name) else {
            return MailboxPlace(account: try account, name: name, shared: nil)
        }
        guard let account = try await account(of: shared) else { throw IMAPRefusal.noSuchMailbox }
        return MailboxPlace(account: account, name: inner, shared: shared)
    }

    /// Where messages are to go.
    func target(_ name: MailboxName) async throws -> MailboxTarget {
        let place = try await place(of: name)
        try place.require(.write)
        guard let mailbox = place.mailbox else {
            throw try await mayCreate(name, at: place) ? IMAPRefusal.noSuchTarget : IMAPRefusal.noSuchMailbox
        }
        return MailboxTarget(account: place.account, mailbox: mailbox)
    }

    private func mayCreate(_ name: MailboxName, at place: MailboxPlace) async throws -> Bool {
        if let shared = place.shared { return shared.rights >= .manage }
        return try await !namespace(of: name).covers(name)
    }

    /// Nil: it was deleted a moment ago.
    func account(of shared: SharedMailbox) async throws -> Account? {
        do throws(StoreError) {
            return try await store.account(of: shared.user)
        } catch {
            guard error == .noSuchUser else { throw error }
            return nil
        }
    }
}
