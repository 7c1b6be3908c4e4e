import IMAP
import MailStore
import Runtime

extension Close: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let selection = try session.selected
        if !selection.isReadOnly { try await selection.expunge() }
        session.select(nil)
        return completed()
    }
}
