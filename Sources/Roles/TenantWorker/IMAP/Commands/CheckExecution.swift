import IMAP
import MailStore
import Runtime

extension Check: ExecutableCommand {
    /// Everything is durable already.
    func execute(in session: IMAPConnection) async throws -> ConditionResponse { completed() }
}
