import IMAP
import MailStore
import Runtime

/// Who may open which shared mailbox is read when the session begins, and before the next command after provisioning changed. A session
/// that has one selected, whose user may not read it any more or not change it as was said when it was selected, ends at once.
extension IMAPConnection {
    /// Whether a shared mailbox is selected.
    var selectsShared: Bool { selection.map { $0.mailbox.user != user } ?? false }

    /// Whether the client may be told of the selected mailbox: not while it is read anew who may open it.
    var mayReport: Bool { !isBarred && (!selectsShared || shared.generation == store.directoryGeneration) }

    func readAccess() async throws(StoreError) {
        let generation = store.directoryGeneration
        let mailboxes = try await store.sharedMailboxes(of: user)
        // Who asked later may have been answered first.
        if shared.generation.map({ $0 <= generation }) ?? true { shared = SharedNamespace(mailboxes, of: generation) }
    }

    func followDirectory() async throws(StoreError) {
        do throws(StoreError) {
            try await readAccess()
        } catch {
            // Who has nothing but its own goes on with what needs no database.
            guard !shared.isShown else { throw error }
            return
        }
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
                try await followDirectory()
                selection?.onChange?()  // what waited
            } catch {
                bar(because: "The mail store is not available; please try again in a few minutes")
            }
        }
    }
}
