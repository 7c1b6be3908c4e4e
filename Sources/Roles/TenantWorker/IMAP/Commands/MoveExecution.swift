import IMAP
import MailStore
import Runtime

extension Move: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let selection = try session.selected
        guard !selection.isReadOnly else { throw IMAPRefusal.readOnly }
        let chosen = try selection.messages(messages)
        guard let target = try session.account.mailbox(named: mailbox.text) else { throw IMAPRefusal.noSuchTarget }
        guard !chosen.isEmpty else { return completed() }
        let outcome = try await selection.move(chosen.map(\.uid), to: target)
        if !outcome.source.isEmpty {  // before the EXPUNGE responses, so that the client learns where the messages went (RFC 6851 §4.3)
            session.send(ConditionResponse(tag: nil, .ok, ResponseCode(outcome), text: "Moved"))
        }
        return completed()
    }
}
