import IMAP
import MailStore
import Runtime

extension Subscribe: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        guard mailbox.isWellFormed else { throw IMAPRefusal.invalidName }
        try await session.account.subscribe(session.shared.canonical(mailbox).text)
        return completed()
    }
}
