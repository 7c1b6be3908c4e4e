import IMAP
import MailStore
import Runtime

extension GetACL: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let place = try await session.existing(mailbox)
        guard let shared = place.shared else {
            session.send(.acl(mailbox, [(try await session.store.user(session.user).address, .owners)]))
            return completed()
        }
        try place.require(.manage)
        let members = try await session.store.members(of: shared)
        session.send(.acl(mailbox, members.map { ($0.address, MailboxRights($0.rights)) }))
        return completed()
    }
}
