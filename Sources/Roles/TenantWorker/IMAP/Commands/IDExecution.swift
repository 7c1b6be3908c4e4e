import IMAP
import MailStore
import Runtime

extension ID: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        session.send(.id([("name", "Casella")]))
        return completed()
    }
}
