import IMAP
import MailStore
import Runtime

extension Examine: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        try await session.open(mailbox, readOnly: true)
        return completed(.readOnly)
    }
}

extension IMAPConnection {
    /// Opens a mailbox and tells what RFC 3501 §6.3.1 requires. What was selected is closed even when this fails.
    func open(_ name: MailboxName, readOnly: Bool) async throws {
        select(nil)
        let place = try await place(of: name)
        guard let mailbox = place.mailbox else { throw IMAPRefusal.noSuchMailbox }
        let mayWrite = place.shared.map { $0.rights >= .write } ?? true
        let opened = try await place.account.select(mailbox, readOnly: readOnly || !mayWrite)
        _ = opened.takeChanges(expunges: true)
        select(opened)
        for keyword in opened.keywordsInUse { announcedKeywords[keyword.lowercased()] = keyword }
        send(.exists(opened.count))
        send(.recent(opened.recentCount))
        announceFlags()
        if let number = opened.firstUnseen() {
            send(ConditionResponse(tag: nil, .ok, .unseen(UInt32(clamping: number)), text: "First unseen message"))
        }
        send(ConditionResponse(tag: nil, .ok, .uidValidity(mailbox.uidValidity), text: "UIDs are valid"))
        send(ConditionResponse(tag: nil, .ok, .uidNext(opened.uidNext), text: "Predicted next UID"))
    }
}
