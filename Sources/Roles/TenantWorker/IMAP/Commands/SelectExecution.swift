import IMAP
import MailStore
import Runtime

extension Select: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        try await session.open(mailbox, readOnly: false)
        return completed(try session.selected.isReadOnly ? .readOnly : .readWrite)
    }
}
