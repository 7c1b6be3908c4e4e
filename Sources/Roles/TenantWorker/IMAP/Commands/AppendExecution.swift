import IMAP
import MailStore
import Runtime

extension Append: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        guard !message.isEmpty else { throw ConditionResponse(tag: nil, .no, .cannot, text: "The message is empty") }
        let target = try await session.target(mailbox)
        let new = NewMessage(
            bytes: message, flags: MessageFlags(flags.system), keywords: flags.keywords, internalDate: date?.secondsSince1970)
        let outcome = try await target.account.append([new], to: target.mailbox)
        return completed(.appendUID(validity: outcome.uidValidity, uids: SequenceSet.text(of: outcome.uids)))
    }
}
