import IMAP
import MailStore
import Runtime

extension Create: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let place = try await session.place(of: mailbox)
        guard place.name.isWellFormed else { throw IMAPRefusal.invalidName }
        try place.require(.manage)
        if place.shared == nil, try await session.namespace(of: mailbox).covers(mailbox) { throw IMAPRefusal.namespaceTaken }
        guard uses.count <= (place.shared == nil ? 1 : 0) else {
            let text = place.shared == nil ? "A mailbox has one special use at most" : "Special uses are of your own mailboxes"
            throw ConditionResponse(tag: nil, .no, .useAttribute, text: text)
        }
        try await place.account.create(place.name.text, specialUse: uses.first?.rawValue)
        return completed()
    }
}
