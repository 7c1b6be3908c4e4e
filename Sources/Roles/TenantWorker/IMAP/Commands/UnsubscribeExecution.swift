import IMAP
import MailStore
import Runtime

extension Unsubscribe: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        try await session.account.unsubscribe(session.shared.canonical(mailbox).text)
        return completed()
    }
}
