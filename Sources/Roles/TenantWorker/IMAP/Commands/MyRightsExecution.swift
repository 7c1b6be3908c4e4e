import IMAP
import MailStore
import Runtime

extension MyRights: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        session.send(.myRights(mailbox, try await session.existing(mailbox).rights))
        return completed()
    }
}
