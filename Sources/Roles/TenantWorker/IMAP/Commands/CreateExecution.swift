import IMAP
import MailStore
import Runtime

extension Create: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        guard mailbox.isWellFormed else { throw IMAPRefusal.invalidName }
        guard uses.count <= 1 else {
            throw ConditionResponse(tag: nil, .no, .useAttribute, text: "A mailbox has one special use at most")
        }
        try await session.account.create(mailbox.text, specialUse: uses.first?.rawValue)
        return completed()
    }
}
