import IMAP
import MailStore
import Runtime

extension Select: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        completed(try await session.open(mailbox, readOnly: false) ? .readOnly : .readWrite)
    }
}
