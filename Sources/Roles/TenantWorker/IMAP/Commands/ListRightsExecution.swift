import IMAP
import MailStore
import Runtime

extension ListRights: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let place = try await session.existing(mailbox)
        try place.require(.manage)
        let isOwner: Bool
        if place.shared == nil {
            isOwner = try await session.store.user(session.user).address == String(decoding: identifier, as: UTF8.self).lowercased()
        } else {
            isOwner = false
        }
        session.send(.listRights(
            mailbox, identifier: identifier, always: isOwner ? .owners : [], grantable: place.shared == nil ? [] : MailboxRights.steps))
        return completed()
    }
}
