import IMAP
import MailStore
import Runtime

extension Namespace: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        session.send(.namespace(shared: try await session.access().isShown ? SharedNamespace.prefix : nil))
        return completed()
    }
}
