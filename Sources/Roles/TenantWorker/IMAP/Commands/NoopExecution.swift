import IMAP
import MailStore
import Runtime

extension Noop: ExecutableCommand {
    /// The session reports changes behind every command.
    func execute(in session: IMAPConnection) async throws -> ConditionResponse { completed() }
}
