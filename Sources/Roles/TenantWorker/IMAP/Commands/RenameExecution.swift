import IMAP
import MailStore
import Runtime

extension Rename: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let source = try await session.place(of: mailbox), target = try await session.place(of: newName)
        guard target.name.isWellFormed else { throw IMAPRefusal.invalidName }
        try source.require(.manage)
        try target.require(.manage)
        if target.shared == nil, try await session.namespace(of: newName).covers(newName) { throw IMAPRefusal.namespaceTaken }
        guard source.account === target.account else {
            throw ConditionResponse(tag: nil, .no, .cannot, text: "A mailbox stays with whom it belongs to; move its messages instead")
        }
        try await source.account.rename(source.name.text, to: target.name.text)
        return completed()
    }
}
