import IMAP
import MailStore
import Runtime

extension Unsubscribe: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let account = try session.account, kept = try await session.namespace(of: mailbox).kept(mailbox)
        try await account.unsubscribe(kept)
        // Subscribed to before there was access to a shared mailbox of that name.
        if kept != mailbox.text { try await account.unsubscribe(mailbox.text) }
        return completed()
    }
}
