import IMAP
import MailStore
import Runtime

extension Unselect: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        session.select(nil)
        return completed()
    }
}
