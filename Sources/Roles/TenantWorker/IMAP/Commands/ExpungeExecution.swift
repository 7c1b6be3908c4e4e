import IMAP
import MailStore
import Runtime

extension Expunge: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let selection = try session.selected
        guard !selection.isReadOnly else { throw IMAPRefusal.readOnly }
        let chosen = try uids.map { try selection.messages(MessageSelection(set: $0, areUIDs: true)).map(\.uid) }
        try await selection.expunge(chosen)
        return completed()
    }
}
