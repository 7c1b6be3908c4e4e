import IMAP
import MailStore
import Runtime

extension Copy: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let selection = try session.selected
        let chosen = try selection.messages(messages)
        let target = try await session.target(mailbox)
        guard !chosen.isEmpty else { return completed() }
        let outcome = try await target.holding { try await selection.copy(chosen.map(\.uid), to: $0) }
        return outcome.source.isEmpty ? completed() : completed(ResponseCode(outcome))
    }
}

extension ResponseCode {
    /// COPYUID (RFC 4315 §3).
    init(_ outcome: CopyOutcome) {
        self = .copyUID(
            validity: outcome.uidValidity, source: SequenceSet.text(of: outcome.source),
            destination: SequenceSet.text(of: outcome.destination))
    }
}
