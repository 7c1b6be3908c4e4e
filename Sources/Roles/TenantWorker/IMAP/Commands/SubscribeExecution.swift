import IMAP
import MailStore
import Runtime

extension Subscribe: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let shared = try await session.namespace(of: mailbox)
        guard (shared.meaning(of: mailbox)?.inner ?? mailbox).isWellFormed else { throw IMAPRefusal.invalidName }
        try await session.account.subscribe(shared.kept(mailbox))
        return completed()
    }
}
