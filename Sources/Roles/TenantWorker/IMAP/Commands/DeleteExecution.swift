import IMAP
import MailStore
import Runtime

extension Delete: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let place = try await session.place(of: mailbox)
        try place.require(.manage)
        if let selection = session.selection, !place.name.isInbox, place.mailbox === selection.mailbox { session.select(nil) }
        try await place.account.delete(place.name.text)
        return completed()
    }
}
