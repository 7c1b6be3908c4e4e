import IMAP
import MailStore
import Runtime

extension Delete: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        if let selection = session.selection, !mailbox.isInbox, try session.account.mailbox(named: mailbox.text) === selection.mailbox {
            session.select(nil)
        }
        try await session.account.delete(mailbox.text)
        return completed()
    }
}
