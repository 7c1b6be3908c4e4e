import IMAP
import MailStore
import Runtime

extension Examine: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        _ = try await session.open(mailbox, readOnly: true)
        return completed(.readOnly)
    }
}

extension IMAPConnection {
    /// Opens a mailbox and tells what RFC 3501 §6.3.1 requires. What was selected is closed even when this fails.
    /// - Returns: whether it is open for reading only.
    func open(_ name: MailboxName, readOnly: Bool) async throws -> Bool {
        select(nil)
        let place = try await place(of: name)
        guard let mailbox = place.mailbox else { throw IMAPRefusal.noSuchMailbox }
        let mayWrite = place.shared.map { $0.rights >= .write } ?? true
        let isReadOnly = readOnly || !mayWrite
        switch try await place.account.open(mailbox, readOnly: isReadOnly) {
        case .ready(let selection):
            _ = selection.takeChanges(expunges: true)
            select(selection)
            tell(selection.summary, of: mailbox, isReadOnly: isReadOnly)
        case .foretold(let summary, let selection):
            opening = selection
            tell(summary, of: mailbox, isReadOnly: isReadOnly)
        }
        return isReadOnly
    }

    private func tell(_ summary: MailboxSummary, of mailbox: Mailbox, isReadOnly: Bool) {
        announcedKeywords = Dictionary(summary.keywords.map { ($0.lowercased(), $0) }) { first, _ in first }
        send(.exists(summary.count))
        send(.recent(summary.recentCount))
        announceFlags(isReadOnly: isReadOnly)
        if let number = summary.firstUnseen {
            send(ConditionResponse(tag: nil, .ok, .unseen(UInt32(clamping: number)), text: "First unseen message"))
        }
        send(ConditionResponse(tag: nil, .ok, .uidValidity(mailbox.uidValidity), text: "UIDs are valid"))
        send(ConditionResponse(tag: nil, .ok, .uidNext(summary.uidNext), text: "Predicted next UID"))
    }

    /// After an answer that came ahead of the mailbox's messages: sends it, and waits for them, since what the client says next may be
    /// about them.
    func finishOpening() async throws(ConnectionError) {
        guard let opening else { return }
        self.opening = nil
        try await connection.flush()
        switch await opening.value {
        case .success(let selection): select(selection)
        case .failure(let error):
            _ = IMAPRefusal.response(to: error, in: self)  // logs it
            end(reason: "The mailbox cannot be read; please try again in a few minutes")
        }
    }
}
