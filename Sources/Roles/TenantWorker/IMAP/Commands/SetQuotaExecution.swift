import IMAP
import MailStore
import Runtime

extension SetQuota: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        ConditionResponse(tag: nil, .no, .noPermission, text: "Quotas are set by the administrator")
    }
}
