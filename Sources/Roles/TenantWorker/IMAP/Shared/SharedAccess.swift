import IMAP
import MailStore
import Runtime

/// Who may open which shared mailbox is read when the session begins, and after provisioning changed before a command that needs it: one
/// that names a shared mailbox, or has one selected. No other command asks the database for it, or waits for a database that is away. A
/// session that has one selected, whose user may not read it any more or not change it as was said when it was selected, ends at once.
extension IMAPConnection {
    /// Whether a shared mailbox is selected.
    var selectsShared: Bool { selection.map { $0.mailbox.user != user } ?? false }

    /// Whether the client may be told of the selected mailbox: not while it is read anew who may open it.
    var mayReport: Bool { !isBarred && (!selectsShared || shared.generation == store.directoryGeneration) }

    /// - Parameter patiently: whether there is time to wait for a database that is away.
    func readAccess(patiently: Bool) async throws(StoreError) {
        let generation = store.directoryGeneration
        let mailboxes = try await store.sharedMailboxes(of: user, patiently: patiently)
        // Who asked later may have been answered first.
        if shared.generation.map({ $0 <= generation }) ?? true { shared = SharedNamespace(mailboxes, of: generation) }
    }

    /// As provisioning has it now.
    func access() async throws(StoreError) -> SharedNamespace {
        guard shared.generation != store.directoryGeneration else { return shared }
        do throws(StoreError) {
            try await readAccess(patiently: false)
        } catch {
            // Who has nothing but its own goes on with what needs no database.
            guard !shared.isShown else { throw error }
        }
        return shared
    }

    /// What the name may be in: without anything where it is none of a shared mailbox, whoever has access to which.
    func namespace(of name: MailboxName) async throws(StoreError) -> SharedNamespace {
        SharedNamespace.mayHold(name) ? try await access() : SharedNamespace()
    }

    /// The same of all names that match.
    func namespace(for wanted: MailboxPattern) async throws(StoreError) -> SharedNamespace {
        wanted.mayMatch(beginningWith: SharedNamespace.top.text) ? try await access() : SharedNamespace()
    }

    func followDirectory(patiently: Bool) async throws(StoreError) {
        try await readAccess(patiently: patiently)
        guard selectsShared, let selection else { return }
        let access = shared.mailbox(of: selection.mailbox.user)
        if access.map({ selection.isReadOnly || $0.rights >= .write }) ?? false { return }
        bar(because: "Your access to the selected mailbox has changed; please connect again")
    }

    /// Provisioning changed while a shared mailbox is selected: the client may be silent for long.
    func directoryChanged() {
        EventLoopActor.task { [self] in
            guard selectsShared, shared.generation != store.directoryGeneration else { return }
            do throws(StoreError) {
                try await followDirectory(patiently: true)
                selection?.onChange?()  // what waited
            } catch {
                bar(because: "The mail store is not available; please try again in a few minutes")
            }
        }
    }
}
