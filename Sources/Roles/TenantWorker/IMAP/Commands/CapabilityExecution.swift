import IMAP
import MailStore
import Runtime

extension Capability: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        session.send(.capability(session.capabilities))
        return completed()
    }
}
