import IMAP
import MailStore
import Runtime

extension Enable: ExecutableCommand {
    /// No extension that we offer changes responses, so there is nothing to enable; unknown names are passed over (RFC 5161 §3.1).
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        session.send(.enabled([]))
        return completed()
    }
}
