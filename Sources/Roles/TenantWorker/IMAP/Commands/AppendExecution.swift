import IMAP
import MailStore
import Runtime

extension Append: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        guard !message.isEmpty else { throw ConditionResponse(tag: nil, .no, .cannot, text: "The message is empty") }
        guard let target = try session.account.mailbox(named: mailbox.text) else { throw IMAPRefusal.noSuchTarget }
        let new = NewMessage(
            bytes: message, flags: MessageFlags(flags.system), keywords: flags.keywords, internalDate: date?.secondsSince1970)
        let outcome = try await session.account.append([new], to: target)
        return completed(.appendUID(validity: outcome.uidValidity, uids: SequenceSet.text(of: outcome.uids)))
    }
}
