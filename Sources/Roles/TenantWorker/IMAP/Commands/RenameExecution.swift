import IMAP
import MailStore
import Runtime

extension Rename: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        guard newName.isWellFormed else { throw IMAPRefusal.invalidName }
        try await session.account.rename(mailbox.text, to: newName.text)
        return completed()
    }
}
