import IMAP
import MailStore
import Runtime

extension DeleteACL: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        ConditionResponse(tag: nil, .no, .noPermission, text: "Rights are given by the administrator")
    }
}
