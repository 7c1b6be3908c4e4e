import IMAP
import MailStore
import Runtime

extension GetQuotaRoot: ExecutableCommand {
    /// Every mailbox is under the quotas of its user, the user's domain and the tenant, as far as they have limits.
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        guard try session.account.mailbox(named: mailbox.text) != nil else { throw IMAPRefusal.noSuchMailbox }
        let levels = try await session.account.quota().filter { !$0.figures.isEmpty }
        session.send(.quotaRoot(mailbox, levels.map(\.scope.rawValue)))
        for level in levels { session.send(.quota(root: level.scope.rawValue, level.figures)) }
        return completed()
    }
}
