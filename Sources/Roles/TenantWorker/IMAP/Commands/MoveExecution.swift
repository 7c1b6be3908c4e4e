import IMAP
import MailStore
import Runtime

extension Move: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let selection = try session.selected
        guard !selection.isReadOnly else { throw IMAPRefusal.readOnly }
        let chosen = try selection.messages(messages)
        let target = try await session.target(mailbox)
        guard !chosen.isEmpty else { return completed() }
        let outcome = try await target.holding { try await selection.move(chosen.map(\.uid), to: $0) }
        if !outcome.source.isEmpty {  // before the EXPUNGE responses, so that the client learns where the messages went (RFC 6851 §4.3)
            session.send(ConditionResponse(tag: nil, .ok, ResponseCode(outcome), text: "Moved"))
        }
        return completed()
    }
}
